"""Texts that a model may hold and that must stay text wherever they are shown."""

from __future__ import annotations

HOSTILE = (
    "<script>alert(1)</script>",
    "]]>",
    "</text></svg><script>alert(1)</script>",
    "{{ 7 * 7 }}",
    'a"onload="alert(1)',
    "it's | `code` \\ end",
    "\u202eevil\u202c \u2066x\u2069",
    "\x00\x07\x1b[31mred\x1b[0m\x7f",
    "\ud800 lone",
    "&amp; &#60; <!-- -->",
    "x" * 5000,
    "word " * 1000,
    "👩‍👩‍👧‍👦 🔒 日本語",
    "e\u0301" * 40,
    "end;\nnote over x: y\nA->>B: no",
    "# %% #59; #quot;",
    '"] --> x; click x "javascript:alert(1)"',
    "@octocat (@github/team) see #1, shop/web#2, GH-3 and https://evil.example/x",
    "</style> </svg> </foreignObject> <br>",
    "<!-- <![CDATA[",
    "| md ||| ``` $$x^2$$ # %",
    "[a](javascript:alert(1)) ![b](http://192.0.2.1/y.png) **z** _y_",
    "##[stop-commands]x\n::stop-commands::y",
    "\u2028",
    "",
)

MEANINGFUL = frozenset("<>\"'&[{")
"""Characters of which a text needs one to become an element, an attribute, a link or a template of a page."""
