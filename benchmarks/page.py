"""What scripts do while a page of the site loads, and after a click: by the processor's time of the page's thread.

    python -m benchmarks.page

Chromium's own trace tells every task of the page's thread and what ran in it. Of a page that loads, the longest task counts;
beside it stands a page of an empty site of the same theme, whose scripts run in ours as well. Of a click, all counts up to
the frame that shows its answer.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Iterator
from statistics import median
from typing import Any

from benchmarks import synthetic
from benchmarks.run import BIN, ROOT, process

LONGEST = 50.0
"""Milliseconds of a task after which a browser calls it long."""

FRAMES = 2 * 1e3 / 60
"""Milliseconds of the two frames in which a click is answered."""

ROUNDS = 5
CHROMIUM, DRIVER = "/usr/bin/chromium", "/usr/bin/chromedriver"
TASK = "ThreadControllerImpl::RunTask"
FRAME = "Layerize"
SCRIPTS = ("EvaluateScript", "FunctionCall", "v8.run")
PAGES = (
    "3-secured-and-monitored/index.html",
    "4-split-components/index.html",
    "3-secured-and-monitored/failures/index.html",
    "3-secured-and-monitored/flows/read-page/index.html",
)
CLICKS = (
    (PAGES[0], "[role=tab][aria-selected=false]", "another view"),
    (PAGES[1], ".archgen-views svg a[data-item=component]", "a card"),
    (PAGES[2], ".archgen-failures svg a[data-node*='@']", "an element that fails"),
    (PAGES[3], ".archgen-player button[aria-label='Next step']", "the next step"),
)
"""What is clicked: the page, the selector of the element, and what it is."""
Event = dict[str, Any]


def driver() -> Any:
    """A headless Chromium that writes down what it does."""
    from selenium import webdriver
    from selenium.webdriver.chrome.options import Options
    from selenium.webdriver.chrome.service import Service

    options = Options()
    options.binary_location = CHROMIUM
    for word in ("--headless=new", "--no-sandbox", "--disable-gpu", "--window-size=1440,1000"):
        options.add_argument(word)
    options.set_capability("goog:loggingPrefs", {"performance": "ALL"})
    options.add_experimental_option(
        "perfLoggingPrefs",
        {"enableNetwork": False, "enablePage": False, "traceCategories": "toplevel,devtools.timeline,v8"},
    )
    return webdriver.Chrome(options=options, service=Service(DRIVER))


def trace(file: str, clicked: str = "") -> list[Event]:
    """Return what a Chromium of its own did from the moment that a file was opened until the page had come to rest.

    With a selector, what it did since its first visible element was clicked.
    """
    browser = driver()
    try:
        browser.get(f"file://{file}")
        # what waits for the page to be idle runs too
        time.sleep(2.0)
        if clicked:
            _click(browser, clicked)
        messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    finally:
        browser.quit()
    return [one["params"] for one in messages if one["method"] == "Tracing.dataCollected"]


def _click(browser: Any, selector: str) -> None:
    """Click the middle of the first visible element, and wait for the answer; the trace before it is dropped."""
    from selenium.webdriver.common.actions.action_builder import ActionBuilder

    find = """
        const all = [...document.querySelectorAll(arguments[0])];
        const one = all.find(each => each.getBoundingClientRect().width && !each.disabled);
        one.scrollIntoView({ block: "center" });
        const box = one.getBoundingClientRect();
        return [box.x + box.width / 2, box.y + box.height / 2];
    """
    browser.execute_script(find, selector)
    browser.get_log("performance")
    time.sleep(1.0)
    x, y = browser.execute_script(find, selector)
    actions: Any = ActionBuilder(browser)
    actions.pointer_action.move_to_location(round(x), round(y))
    actions.perform()
    # a hover has an answer of its own
    time.sleep(1.0)
    browser.get_log("performance")
    actions = ActionBuilder(browser)
    actions.pointer_action.move_to_location(round(x), round(y)).click()
    actions.perform()
    time.sleep(1.0)


def answered(events: list[Event]) -> float:
    """Return the milliseconds that the page's thread works from a click to the end of the frame that shows its answer."""
    click = next(one for one in events if one.get("name") == "EventDispatch" and one["args"]["data"]["type"] == "click")
    own = [one for one in events if (one.get("pid"), one.get("tid")) == (click["pid"], click["tid"])]
    handled = click["ts"] + click["dur"]
    shown = min(one["ts"] for one in own if one.get("name") == FRAME and one["ts"] > handled)
    tasks_until = (
        one
        for one in own
        if one.get("name") == TASK
        and one.get("ph") == "X"
        and one["ts"] + one["dur"] > click["ts"]
        and one["ts"] <= shown
    )
    return sum(float(one["tdur"] if "tdur" in one else one["dur"]) for one in tasks_until) / 1e3


def tasks(events: list[Event], page: str) -> Iterator[tuple[float, set[str]]]:
    """Every task of the page's thread in which scripts ran: its milliseconds, and the scripts."""
    ran = [one for one in events if one.get("name") in SCRIPTS and one.get("ph") == "X"]
    own = {(one["pid"], one["tid"]) for one in ran if page in _script(one)}
    for task in events:
        if task.get("name") != TASK or task.get("ph") != "X" or (task["pid"], task["tid"]) not in own:
            continue
        inside = {
            _script(one).rpartition("/")[2]
            for one in ran
            if (one["pid"], one["tid"]) == (task["pid"], task["tid"])
            and task["ts"] <= one["ts"] < task["ts"] + task["dur"]
        }
        if inside:
            yield float(task["tdur"] if "tdur" in task else task["dur"]) / 1e3, inside


def _script(event: Event) -> str:
    args = event.get("args", {})
    return str(args.get("data", {}).get("url") or args.get("fileName") or "")


def measured(site: str, path: str) -> tuple[float, float]:
    """Median milliseconds of the longest task that begins with a script of ours, and of the longest other one.

    In the others the theme's scripts ask for the places of things, so that what does not wait is styled and laid out in them;
    and they tell ours that the page is there. A reader waits for either, so both are judged.
    """
    known = set(os.listdir(os.path.join(ROOT, "archgen", "site", "assets")))
    longest: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        found = list(tasks(trace(os.path.join(site, path)), site))
        for own, of in zip((True, False), longest, strict=True):
            of.append(max((took for took, scripts in found if bool(scripts & known) == own), default=0.0))
    return median(longest[0]), median(longest[1])


def main() -> None:
    """Every kind of page of the reference site, the largest of each."""
    if not (os.path.exists(CHROMIUM) and os.path.exists(DRIVER)):
        print("Chromium and its driver are not installed: pages are not measured")
        return
    with tempfile.TemporaryDirectory() as directory:
        site, empty = os.path.join(directory, "site"), os.path.join(directory, "empty")
        process(os.path.join(BIN, "archgen"), "build", "-o", site)()
        synthetic.material_site(empty, 3)
        process(sys.executable, "-m", "mkdocs", "build", "--quiet", cwd=empty)()
        _, theme = measured(os.path.join(empty, "site"), "index.html")
        print(f"the theme's longest task in an empty page: {theme:.1f} ms")
        for path in PAGES:
            ours, theirs = measured(site, path)
            mark = "ok" if max(ours, theirs) <= LONGEST else "MISSED"
            print(f"{path:<52} begun by us {ours:5.1f} ms, by the theme {theirs:5.1f} ms, of {LONGEST:g} ms  {mark}")

        for path, selector, what in CLICKS:
            took = median(answered(trace(os.path.join(site, path), selector)) for _ in range(ROUNDS))
            mark = "ok" if took <= FRAMES else "MISSED"
            print(f"{path:<52} a click on {what:<24} {took:5.1f} ms, of {FRAMES:.1f} ms  {mark}")


if __name__ == "__main__":
    main()
