"""The pages in German: nothing in English is left, numbers are written as there, and the choice is kept."""

import re

from browser.everywhere import open_context

TEXTS = """() => {
    const said = new Set();
    const skipped = "pre, code, script, style, [lang]:not(html), .sk-language, .vega-bindings";
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
        const text = walk.currentNode.textContent.trim();
        if (text && !walk.currentNode.parentElement.closest(skipped)) said.add(text);
    }
    for (const one of document.body.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) {
        if (one.closest(skipped)) continue;
        for (const name of ["aria-label", "title", "placeholder", "alt"]) {
            if (one.getAttribute(name)) said.add(one.getAttribute(name).trim());
        }
    }
    return [...said];
}"""
ENGLISH = re.compile(
    r"\b(the|of|and|is|are|were|this|that|which|from|with|for|there|cannot|session|sessions|rating|ratings|"
    r"case|cases|rated|fell|marked|alliance|client|therapist|choose|save|open|show|add|why|what|how|by)\b",
    re.IGNORECASE,
)
NAMES = re.compile(
    r"supervision[_-]kit|NHS England, Making Data Count|\.(ipynb|csv|xlsx|sqlite)\b|client, therapist oder observer"
)


def english_in(texts):
    return [text for text in texts if ENGLISH.search(NAMES.sub("", text))]


def test_nothing_on_a_german_page_is_english(german_page):
    assert german_page.locator("html").get_attribute("lang") == "de"
    assert not english_in(german_page.evaluate(TEXTS))


def test_english_is_noticed(english_page):
    assert len(english_in(english_page.evaluate(TEXTS))) > 20


def test_numbers_on_a_german_page_have_a_comma_in_charts_too(visit):
    page = visit.open_chart("4_ruptures_and_repairs.ipynb", "?lang=de")
    page.locator(".dt-container td", has_text=re.compile(r"^\d+,\d$")).first.wait_for()
    page.locator(".sk-chart svg", has_text="100\N{NO-BREAK SPACE}%").first.wait_for()


def test_the_browsers_wish_is_followed_until_another_language_is_chosen(chromium, address):
    context = open_context(chromium, locale="de-DE")
    page = context.new_page()
    for path, language in [("", "de"), ("?case=C07&lang=en", "en"), ("", "en")]:  # the last without a word: it is kept
        page.goto(f"{address}/voila/render/3_case.ipynb{path}", wait_until="commit")
        page.locator("nav.sk-bar").wait_for()
        assert page.locator("html").get_attribute("lang") == language
    other = page.locator(".sk-language")
    assert [other.inner_text(), other.get_attribute("href"), other.get_attribute("lang")] == [
        "Deutsch",
        "?lang=de",
        "de",
    ]
    context.close()


def test_the_switch_keeps_what_the_page_was_asked_for(visit):
    page = visit.page
    page.goto(f"{visit.address}/voila/render/3_case.ipynb?case=C07", wait_until="commit")
    assert page.locator(".sk-language").get_attribute("href") == "?case=C07&lang=de"
