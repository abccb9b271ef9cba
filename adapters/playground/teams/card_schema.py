"""What an Adaptive Card of version 1.5 may be made of: the properties of every element and action."""

from __future__ import annotations

SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSIONS = ("1.0", "1.1", "1.2", "1.3", "1.4", "1.5")
MOST_REFRESHED = 60

_ITEM = {"type", "id", "isVisible", "requires", "fallback", "spacing", "separator", "height"}
_BOX = _ITEM | {"style", "bleed", "minHeight", "rtl", "verticalContentAlignment", "backgroundImage", "selectAction"}
_WORDS = {"text", "color", "fontType", "isSubtle", "size", "weight"}
_INPUT = _ITEM | {"label", "isRequired", "errorMessage"}
_RANGE = _INPUT | {"min", "max", "placeholder", "value"}
_ACTION = {"type", "id", "title", "iconUrl", "style", "mode", "tooltip", "isEnabled", "fallback", "requires"}

CARD = {"type", "version", "$schema", "body", "actions", "selectAction", "fallbackText", "speak", "lang", "rtl"}
CARD |= {"refresh", "msteams", "minHeight", "verticalContentAlignment", "backgroundImage", "metadata"}

# Type -> the properties that it may have.
ELEMENTS = {
    "TextBlock": _ITEM | _WORDS | {"wrap", "maxLines", "horizontalAlignment", "style"},
    "RichTextBlock": _ITEM | {"inlines", "horizontalAlignment"},
    "Image": _ITEM
    | {"url", "altText", "size", "style", "width", "height", "horizontalAlignment", "backgroundColor", "selectAction"}
    | {"msteams"},
    "ImageSet": _ITEM | {"images", "imageSize"},
    "Media": _ITEM | {"sources", "poster", "altText"},
    "Container": _BOX | {"items"},
    "ColumnSet": _BOX | {"columns", "horizontalAlignment"},
    "FactSet": _ITEM | {"facts"},
    "ActionSet": _ITEM | {"actions", "horizontalAlignment"},
    "Table": _ITEM
    | {"columns", "rows", "firstRowAsHeader", "showGridLines", "gridStyle", "horizontalCellContentAlignment"}
    | {"verticalCellContentAlignment"},
    "Input.Text": _INPUT | {"isMultiline", "maxLength", "placeholder", "regex", "style", "inlineAction", "value"},
    "Input.Number": _RANGE,
    "Input.Date": _RANGE,
    "Input.Time": _RANGE,
    "Input.Toggle": _INPUT | {"title", "value", "valueOn", "valueOff", "wrap"},
    "Input.ChoiceSet": _INPUT | {"choices", "choices.data", "isMultiSelect", "style", "value", "placeholder", "wrap"},
}
COLUMN = _BOX | {"items", "width"}
CELL = _BOX | {"items"}
ROW = {"type", "cells", "style", "horizontalCellContentAlignment", "verticalCellContentAlignment"}
RUN = {"type", "highlight", "italic", "strikethrough", "underline", "selectAction"} | _WORDS
ACTIONS = {
    "Action.OpenUrl": _ACTION | {"url"},
    "Action.Submit": _ACTION | {"data", "associatedInputs", "msteams"},
    "Action.Execute": _ACTION | {"data", "verb", "associatedInputs"},
    "Action.ShowCard": _ACTION | {"card"},
    "Action.ToggleVisibility": _ACTION | {"targetElements"},
}
ENUMS = {
    "color": ("default", "dark", "light", "accent", "good", "warning", "attention"),
    "weight": ("default", "lighter", "bolder"),
    "fontType": ("default", "monospace"),
    "spacing": ("default", "none", "small", "medium", "large", "extralarge", "padding"),
    "mode": ("primary", "secondary"),
}
TEXT_SIZES = ("default", "small", "medium", "large", "extralarge")
BOX_STYLES = ("default", "emphasis", "good", "attention", "warning", "accent")
ACTION_STYLES = ("default", "positive", "destructive")
CHOICE_STYLES = ("compact", "expanded", "filtered")
