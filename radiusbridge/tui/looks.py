"""Colours and layout. Nothing is said by colour alone."""

from textual.theme import Theme

BRIDGE = Theme(
    name="bridge",
    primary="#4f9fd8",
    secondary="#7fb4c8",
    accent="#e0b050",
    warning="#e0b050",
    error="#e8695f",
    success="#6fc07a",
    foreground="#d4dae0",
    background="#10151a",
    surface="#10151a",
    panel="#1b242d",
    boost="#1b242d",
    dark=True,
)

BREAKPOINTS = [(0, "-narrow"), (100, "-wide"), (140, "-very-wide")]
HEIGHTS = [(0, "-low"), (36, "-high")]
PANE = 72
"""Cells that a detail beside the list takes at most."""

CSS = """
Screen { background: $background; color: $foreground; }
#heading { height: 1; background: $panel; color: $foreground; }
#filter { height: 1; border: none; padding: 0 1; background: $panel; display: none; }
#body { height: 1fr; layout: vertical; }
#list { height: 1fr; scrollbar-size-vertical: 1; scrollbar-size-horizontal: 0; background: $background; }
#pane { height: 9; border-top: solid $primary; padding: 0 1; }
#tour { height: 1; background: $panel; }
OverviewScreen #pane { height: 7; }
#tray { height: 1; display: none; background: $panel; }
#tray.-busy { display: block; }
#freshness { height: 1; }
#keys { height: 1; background: $panel; }
#tour, #tray, #freshness, #keys { text-wrap: nowrap; text-overflow: ellipsis; }
.-wide #pane { height: 11; }
.-wide.-high #pane { height: 14; }
OverviewScreen.-wide #pane { height: 7; }
.-very-wide #body { layout: horizontal; }
.-very-wide #list { width: 3fr; height: 100%; }
.-very-wide #pane { width: 2fr; max-width: 72; height: 100%; border-top: none; border-left: solid $primary; }

VirtualTable .table--header, VirtualTable > .table--header { text-style: bold; color: $primary; }
VirtualTable > .table--plain { color: $foreground; }
VirtualTable > .table--good { color: $success; }
VirtualTable > .table--warn { color: $warning; }
VirtualTable > .table--bad { color: $error; text-style: bold; }
VirtualTable > .table--faint { color: $foreground 60%; }
VirtualTable > .table--cursor { background: $primary; color: $background; text-style: bold; }
App:ansi VirtualTable > .table--faint { color: ansi_default; text-style: dim; }
App:ansi VirtualTable > .table--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }

Confirm, Help, Lines, Columns { align: center middle; background: $background 50%; }
SearchIcon { display: none; }
#question { width: 72; max-width: 100%; height: auto; border: round $warning; padding: 0 1; background: $background; }
#question-text { width: 100%; height: auto; }
#help { width: 78; max-width: 100%; height: auto; max-height: 100%; border: round $primary; background: $background; }
#help Static { height: auto; }
TypedCount { align: center middle; background: $background 50%; }
#count { width: 78; max-width: 100%; height: auto; max-height: 100%; border: round $warning; padding: 0 1;
  background: $background; }
#count-scroll { height: auto; max-height: 12; }
#count-title, #count-whom, #count-foot { height: auto; }
SetUp { align: center middle; background: $background 50%; }
#set-up { width: 78; max-width: 100%; height: auto; border: round $primary; background: $background; padding: 0 1; }
#set-up-text { width: 100%; height: auto; }
Form { align: center middle; background: $background 50%; }
#form { width: 78; max-width: 100%; height: auto; max-height: 100%; border: round $primary; background: $background; }
#form-title { text-style: bold; padding: 0 1; }
#form-fields { height: auto; max-height: 17; }
#form .field { height: 1; }
#form .label { width: 15; padding: 0 1; }
#form Input { width: 1fr; height: 1; border: none; padding: 0; background: $background; }
#form Input:focus { background: $panel; text-style: underline; }
#form-wrong { height: 2; padding: 0 1; }
#form-keys { height: 1; background: $panel; }
#page { height: 1fr; padding: 0 1; }
#page-text { height: auto; }
#page-keys { height: 1; background: $panel; }
TooSmall { align: center middle; background: $background; }
#small { width: 100%; height: auto; text-align: center; }
Page, EvidencePage, DetailPage, BulkPage { background: $background; }
App:ansi ModalScreen { background: ansi_default; }
"""
