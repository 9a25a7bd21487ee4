"""The file that is handed in."""

from django import forms as django_forms

from baodao.core.errors import Invalid
from baodao.sheets.columns import Sheet
from baodao.sheets.reading import ENDINGS, MEGABYTE, MOST_BYTES, refuse_unreadable
from baodao.ui.forms import Form


class UploadForm(Form):
    """Which sheet, and the file."""

    sheet = django_forms.ChoiceField(label="导入什么")
    file = django_forms.FileField(
        label="选文件",
        help_text=f"Excel（xlsx、xls）、ods 或 CSV，最大{MOST_BYTES // MEGABYTE}兆。列的先后、叫法不一样也认。",
        widget=django_forms.ClearableFileInput(
            attrs={"accept": ",".join(f".{e}" for e in ENDINGS)}
        ),
        error_messages={"empty": "这个文件是空的。请核对后再选一次。"},
    )

    def __init__(self, *args: object, sheets: list[Sheet], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["sheet"]
        assert isinstance(field, django_forms.ChoiceField)
        field.choices = [(s.code, s.title) for s in sheets]

    def clean_file(self) -> object:
        """What can be said of the file without opening it."""
        file = self.cleaned_data["file"]
        data = file.read(MOST_BYTES + 1)
        try:
            refuse_unreadable(data, file.name)
        except Invalid as error:
            raise django_forms.ValidationError(error.fields["file"]) from error
        self.cleaned_data["data"] = data
        return file
