from django.apps import AppConfig


class DeparturesConfig(AppConfig):
    name = "baodao.departures"
    verbose_name = "单位撤并和党员离任"

    def ready(self) -> None:
        from baodao.departures import links
        from baodao.people import panels

        panels.UNIT_LINKS.append(links.of_unit)
        panels.MEMBER_LINKS.append(links.of_member)
