"""The design system: base templates, components, wording of time and numbers,
static assets. `COMPONENTS.md` beside this file lists every tag and class.

Knows no subject: what a page shows comes in through the context, the menu
through `nav.register`. Every page works without scripts; `static/ui/*.js` only
adds comfort."""
