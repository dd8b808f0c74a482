"""Everyone can use the pages: axe finds no serious fault; they work by keyboard, zoomed, small, light and dark."""

from browser.everywhere import FITS, MARKS, faults

# each page is seen light and dark, wide and narrow, and in both languages, each in two of the eight ways
SEEN = {"en": (("light", 1280), ("dark", 420)), "de": (("dark", 1280), ("light", 420))}


def faults_light_and_dark(page, language):
    found = {}
    for scheme, width in SEEN[language]:
        page.emulate_media(color_scheme=scheme)
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_function("scheme => document.documentElement.dataset.skScheme === scheme", arg=scheme)
        page.wait_for_function(FITS, arg=width)
        if wrong := faults(page):
            found[scheme, width] = wrong
    return found


def test_axe_finds_no_serious_fault_on_an_english_page(english_page):
    assert not faults_light_and_dark(english_page, "en")


def test_axe_finds_no_serious_fault_on_a_german_page(german_page):
    assert not faults_light_and_dark(german_page, "de")


def test_axe_finds_a_fault_where_there_is_one(visit):
    visit.page.set_content("<html lang='en'><title>x</title><button></button></html>")
    assert [fault for fault, _ in faults(visit.page)] == ["button-name"]


def test_axe_finds_no_serious_fault_where_there_is_no_page(visit):
    visit.page.goto(f"{visit.address}/nothing")
    assert not faults(visit.page)


TABBABLE = "a[href], button, input, select, textarea, summary, [tabindex='0']"


def focus_stops(page):
    """Walk the page by Tab alone; give what each stop is, whether its focus is seen, and where it stands."""
    # the browser goes on from where was clicked last: begin at the top, whose own focus another test sees
    page.evaluate("() => { const top = document.querySelector('.sk-skip'); window.stops = [top]; top.focus(); }")
    stops = []
    for _ in range(900):
        page.keyboard.press("Tab")
        stop = page.evaluate(
            """() => {
                const at = document.activeElement;
                if (!at || at === document.body) return null;
                const isKnown = window.stops.includes(at);
                if (!isKnown) window.stops.push(at);
                const style = getComputedStyle(at);
                const box = at.getBoundingClientRect();
                return {
                    number: window.stops.indexOf(at),
                    isKnown,
                    is: at.outerHTML.slice(0, 120),
                    isSeen: (style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0)
                        || style.boxShadow !== "none" || at.type === "range" || at.role === "slider",
                    isThere: box.width > 0 && box.height > 0,
                };
            }"""
        )
        if stop is not None and stops and stop["number"] == stops[-1]["number"]:
            continue  # a date has its day, month and year to step through
        if stop is None or stop["isKnown"]:
            break
        stops.append(stop)
    return stops


def test_every_control_is_reached_by_tab_and_seen_to_be(english_page):
    page = english_page
    stops = focus_stops(page)
    unseen = [stop["is"] for stop in stops if not (stop["isSeen"] and stop["isThere"])]
    assert not unseen
    missed = page.evaluate(
        """wanted => [...document.querySelectorAll(wanted)].filter(one =>
            one.tabIndex >= 0 && !one.disabled && one.checkVisibility({visibilityProperty: true}) &&
            one.getBoundingClientRect().width > 0 && !window.stops.includes(one) && one.type !== "file"
            && one.type !== "radio"  // of a group one is reached by Tab, the others by arrows
        ).map(one => one.outerHTML.slice(0, 120))""",
        TABBABLE,
    )
    assert not missed


def test_a_fold_opens_by_keyboard_and_says_so(visit):
    page = visit.open_chart("3_case.ipynb")
    fold = page.get_by_role("button", name="Method and settings").first
    fold.focus()
    page.keyboard.press("Enter")
    page.locator(".sk-fold-button[aria-expanded=true]", has_text="Method and settings").wait_for()
    page.get_by_label("Repaired means").wait_for()


def test_a_chart_says_what_it_shows_and_holds_its_numbers_in_a_table(visit):
    page = visit.open_chart("3_case.ipynb", "?case=C07")
    chart = page.locator(".sk-chart").first
    said = chart.locator("[role=graphics-document]").get_attribute("aria-label")
    assert "Case C07, WAI-SR total, rated by the client" in said
    chart.locator("summary").click()
    heads = chart.locator("th").all_inner_texts()
    assert heads[:3] == ["session", "client's rating", "judged"]
    assert chart.locator("tbody tr").count() == 21
    page.locator(".sk-case-picker select").select_option("C13")
    chart.locator("[role=graphics-document][aria-label*=C13]").wait_for()
    assert chart.locator("tbody tr").count() != 21


def test_a_page_holds_at_twice_the_size(english_page):
    # 200 % on a window of 1280: as many CSS pixels as a window of 640
    english_page.set_viewport_size({"width": 640, "height": 450})
    english_page.wait_for_function(FITS, arg=640)


def test_a_dark_page_changes_the_charts_in_place(visit):
    page = visit.open_chart("3_case.ipynb", "?case=C07")
    page.locator(".sk-chart svg").first.evaluate("svg => { svg.dataset.same = 'yes'; }")
    look = f"getComputedStyle(document.querySelector('{MARKS}')).fill"
    page.emulate_media(color_scheme="light")
    light = page.evaluate(look), page.evaluate("getComputedStyle(document.querySelector('.sk-page')).backgroundColor")
    page.emulate_media(color_scheme="dark")
    page.wait_for_function("document.documentElement.dataset.skScheme === 'dark'")
    dark = page.evaluate(look), page.evaluate("getComputedStyle(document.querySelector('.sk-page')).backgroundColor")
    assert light[1] == "rgb(255, 255, 255)"
    assert dark[1] == "rgb(20, 25, 30)"
    assert light[0] != dark[0]
    assert page.locator(".sk-chart svg").first.get_attribute("data-same") == "yes"
