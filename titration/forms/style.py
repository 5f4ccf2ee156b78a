"""How the forms look: one style for all, in the colours JupyterLab has at the time, narrow or wide."""

from __future__ import annotations

# JupyterLab takes letters and arrows typed into a drop-down for its own shortcuts ("0 0" restarts the kernel, "d d"
# deletes the cell; ipywidgets issue 3912); this attribute on what has the focus tells it to leave the keys alone.
KEYS_STAY = (
    "this.closest('.titration-form').addEventListener("
    "'focusin', now => now.target.setAttribute('data-lm-suppress-shortcuts', 'true'))"
)
# The line that says which patient this is stays in sight: it sticks to the top of the notebook, which needs the boxes
# of JupyterLab around the form to let it.
STYLE = (
    f'<style onload="{KEYS_STAY}">'
    """
.jp-Cell:has(.titration-form) .jp-OutputArea, .jp-Cell:has(.titration-form) .jp-OutputArea-child,
.jp-Cell:has(.titration-form) .jp-OutputArea-output, .jp-Cell:has(.titration-form) .jp-Cell-outputWrapper
  { overflow: visible; }
.titration-form { max-width: 86em; overflow: visible; container-type: inline-size;
  color: var(--jp-content-font-color1, #000); }
.titration-form .widget-vbox, .titration-form .widget-hbox { overflow: visible; }
.titration-form > .titration-who { position: sticky; top: 0; z-index: 9; margin: 0; padding: .2em .5em;
  background: var(--jp-layout-color2, #eee); border-bottom: 2px solid var(--jp-border-color1, #999); }
.titration-form .widget-text, .titration-form .widget-textarea, .titration-form .widget-dropdown,
.titration-form .widget-combobox { width: 38em; max-width: 100%; flex: none; }
.titration-form input, .titration-form textarea, .titration-form select
  { border: 1px solid var(--jp-border-color0, #777) !important; }
.titration-form input::placeholder, .titration-form textarea::placeholder
  { color: var(--jp-content-font-color2, #555) !important; opacity: 1; }
.titration-form :is(input, textarea, select, button):focus-visible
  { outline: 2px solid var(--jp-brand-color1, #1976d2) !important; outline-offset: 1px; }
.titration-form .widget-label { color: inherit; }
.titration-form .titration-patient { width: 78em; max-width: 100%; }
.titration-form h3 { margin: 1em 0 .2em; border-bottom: 1px solid currentColor; line-height: 1.5; color: inherit; }
.titration-form .jupyter-widget-Collapse-contents h3 { display: none; }
.titration-form .widget-html-content { line-height: 1.5; color: inherit; }
.titration-form pre { color: inherit; background: none; white-space: pre-wrap; margin: .3em 0;
  word-break: normal; overflow-wrap: break-word; }
.titration-form .titration-wraps, .titration-form .titration-line, .titration-form .titration-step,
.titration-form .titration-beside { flex-wrap: wrap; }
.titration-form .titration-line > .widget-text:first-child, .titration-form .titration-line > .widget-dropdown:first-child
  { width: 35em; }
.titration-form .titration-line > :first-child > label { width: 19em !important; }
.titration-form .titration-line .titration-narrow { width: 17em; }
.titration-form .titration-line .titration-narrow > label { width: 7em !important; }
.titration-form .titration-grid { grid-template-columns: 19em 15em 15em; }
.titration-form .titration-grid .widget-dropdown { width: 14em; }
.titration-form .titration-grid .widget-label { display: flex; justify-content: flex-end; padding-right: .5em; }
.titration-form .titration-shows, .titration-form .titration-wide { width: auto; }
.titration-form .titration-effects { grid-template-columns: repeat(auto-fill, minmax(27em, 1fr)); max-width: 84em; }
.titration-form .titration-effects .widget-dropdown { width: 26em; }
.titration-form .titration-schedule { border-left: 3px solid var(--jp-border-color1, #999); padding-left: 1em;
  margin: .3em 0; }
.titration-form .titration-step .widget-dropdown { width: 12.5em; }
.titration-form .titration-step .widget-text:nth-child(2) { width: 5.5em; }
.titration-form .titration-step .widget-text:nth-child(3) { width: 10em; }
.titration-form .titration-step .widget-text:nth-child(4) { width: 7em; }
.titration-form .titration-step .widget-button { width: auto; }
.titration-form .titration-beside > .titration-section { flex: 0 1 41em; min-width: min(41em, 100%); }
.titration-form .titration-aside { border-left: 1px solid var(--jp-border-color1, #999); padding-left: 1em;
  margin: 1em 0 0 1.5em; flex: 1 1 26em; min-width: min(26em, 100%); height: auto;
  overflow-x: auto; }
.titration-form table { border-collapse: collapse; margin: .4em 0; color: inherit; font-size: inherit; }
.titration-form th, .titration-form td { text-align: left; padding: .15em 1em .15em 0; vertical-align: top;
  overflow-wrap: break-word; white-space: pre-line; }
.titration-form .titration-dates td:nth-child(2) { white-space: nowrap; }
.titration-form tr, .titration-form tbody tr:nth-child(odd), .titration-form tbody tr:hover { background: none; }
.titration-form tr { border-bottom: 1px solid var(--jp-border-color2, #bbb); }
.titration-form tr.changed td { font-weight: bold; }
.titration-form .titration-panel { border: 1px solid currentColor; padding: .3em 1em; margin: .5em 0;
  overflow-x: auto; }
.titration-form .titration-question { white-space: normal; }
.titration-form img { max-width: 100%; height: auto; }
@container (max-width: 44em) {
  .titration-form .widget-text, .titration-form .widget-textarea, .titration-form .widget-dropdown,
  .titration-form .titration-line > .widget-text:first-child, .titration-form .widget-combobox,
  .titration-form .titration-line > .widget-dropdown:first-child, .titration-form .titration-line .titration-narrow
    { width: 100%; flex-wrap: wrap; height: auto; }
  .titration-form .widget-inline-hbox > .widget-label, .titration-form .titration-line > :first-child > label,
  .titration-form .titration-line .titration-narrow > label
    { width: 100% !important; text-align: left; justify-content: flex-start; white-space: normal; }
  .titration-form .titration-grid { grid-template-columns: 1fr 1fr 1fr; }
  .titration-form .titration-grid .widget-dropdown { width: 100%; }
  .titration-form .titration-grid .widget-label { white-space: normal; height: auto; justify-content: flex-start; }
  .titration-form select { min-height: 2.2em; width: 100%; }
  .titration-form .titration-effects { grid-template-columns: 1fr 1fr; }
  .titration-form .titration-effects .widget-dropdown { width: 100%; }
  .titration-form .titration-aside { margin-left: 0; }
}
</style>"""
)
