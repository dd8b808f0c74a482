"""The page that loads files, in a browser: files arrive by button and by drop, are put right, kept, and found again."""

import base64
import io

import openpyxl
import pytest

from browser.everywhere import FITS

PAGE = "1_load_ratings.ipynb"
NASTY = "<img src=x onerror=alert(1)>"
MARCH = "Kd.,Session,Date,SRS total\nC1,1,2025-03-04,31\nC1,2,2025-03-11,33.5\nC2,1,2025-03-05,41\nC2,2,,28\n"
BROKEN = MARCH.replace("Kd.", "Client") + "C3,two,,30\n"


@pytest.fixture
def kept(open_tab, kept_address):
    return open_tab(kept_address)


def open_load(visit):
    page = visit.open(PAGE)
    page.get_by_role("button", name="Choose files …").wait_for()
    return page


def choose(page, *files):
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Choose files …").click()
    chooser.value.set_files([{"name": name, "mimeType": "", "buffer": text.encode()} for name, text in files])


def drop(page, name, content, onto=".sk-drop"):
    page.locator(onto).first.evaluate(
        """(place, [name, content]) => {
            const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
            const dataTransfer = new DataTransfer();
            dataTransfer.items.add(new File([bytes], name));
            for (const kind of ["dragenter", "dragover", "drop"]) {
                place.dispatchEvent(new DragEvent(kind, { dataTransfer, bubbles: true, cancelable: true }));
            }
        }""",
        [name, base64.b64encode(content.encode()).decode()],
    )


def ready(page, sentence):
    page.locator(".sk-summary", has_text=sentence).wait_for()


def rows_shown(page):
    return [int(text) for text in page.locator(".sk-problems tbody tr td:first-child").all_inner_texts()]


def test_a_file_is_chosen_read_and_its_problems_sorted(visit):
    page = open_load(visit)
    assert "up to 100 MB together" in page.locator(".sk-drop").inner_text()
    choose(page, ("march.csv", BROKEN), ("scan.pdf", "%PDF-1.7"))
    ready(page, "3 of 5 rows are ready, 2 set aside. 1 file could not be read.")
    assert "SRS, rated by client · 2 cases · 3 forms" in page.locator(".sk-file").first.inner_text()
    assert page.locator(".sk-file").nth(1).get_by_role("alert").inner_text().startswith("Not read scan.pdf")
    page.locator(".sk-problems tbody tr").first.wait_for()
    assert rows_shown(page) == [4, 6]
    order = page.get_by_role("button", name="row: sort by this column")
    order.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    page.locator(".sk-problems th[aria-sort=descending]").wait_for()
    assert rows_shown(page) == [6, 4]
    page.get_by_label("Show").select_option("The session is not a whole number from 1 up. (1)")
    page.wait_for_function("document.querySelectorAll('.sk-problems tbody tr').length === 1")
    assert rows_shown(page) == [6]
    assert visit.asked_outside == []
    assert visit.complaints == []


def test_a_file_that_misses_the_zone_is_read_all_the_same(visit):
    page = open_load(visit)
    drop(page, "march.csv", BROKEN, onto=".sk-summary, .sk-page")
    ready(page, "3 of 5 rows are ready")
    assert page.url.endswith(PAGE)


def test_the_rows_set_aside_are_saved_with_their_reason(visit):
    page = open_load(visit)
    drop(page, "march.csv", BROKEN)
    ready(page, "3 of 5 rows are ready")
    with page.expect_download() as download:
        page.get_by_role("button", name="Download the 2 rows set aside (Excel)").click()
    assert download.value.suggested_filename == "rows_set_aside.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(download.value.path().read_bytes()))
    cells = [str(cell.value) for row in book.active.iter_rows() for cell in row]
    assert {"Client", "C2", "41", "C3", "two"} <= set(cells)
    page.get_by_text("Saved as rows_set_aside.xlsx.").wait_for()
    assert visit.complaints == []


def test_a_file_larger_than_a_web_socket_takes_arrives_whole(visit):
    page = open_load(visit)
    row = "C{},{},2025-03-04," + "x" * 100 + ",31\n"
    text = "Client,Session,Date,Remark,SRS total\n" + "".join(row.format(n // 50, n % 50 + 1) for n in range(110_000))
    assert len(text) > 12_000_000
    choose(page, ("large.csv", text))
    ready(page, "110,000 of 110,000 rows are ready, none set aside.")
    assert visit.complaints == []


def test_more_than_the_limit_is_refused_with_a_sentence_before_it_is_sent(visit):
    page = open_load(visit)
    page.locator(".sk-drop").evaluate(
        """(place) => {
            const file = new File(["x"], "year.csv");
            Object.defineProperty(file, "size", { value: 130e6 });
            const dataTransfer = { files: [file], items: [], types: ["Files"] };
            const event = new Event("drop", { bubbles: true, cancelable: true });
            place.dispatchEvent(Object.assign(event, { dataTransfer }));
        }"""
    )
    alert = page.locator(".sk-drop [role=alert]")
    assert alert.inner_text().startswith("This is 130 MB, and there is room for 100 MB on this page.")


def test_hostile_names_headings_and_cells_are_shown_as_they_are(visit):
    page = open_load(visit)
    asked = []
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    text = f'Client,Session,SRS total,"{NASTY} x"\n{NASTY},1,{NASTY},1\n{NASTY},2,31,1\nC1,1,31,1\n'
    choose(page, (f"{NASTY}.csv", text), (f"{NASTY}.pdf", "%PDF"))
    ready(page, "2 of 3 rows are ready")
    page.get_by_role("button", name="Columns: see or change").first.click()
    page.get_by_label(f"{NASTY} x").wait_for()
    page.get_by_text("How the files were read").click()
    page.get_by_text("As code").click()
    page.locator(".sk-problems td", has_text=NASTY).first.wait_for()
    assert page.locator("img[src=x]").count() == 0
    assert asked == []
    assert visit.complaints == []


def test_columns_are_put_right_ratings_kept_and_what_is_new_said(kept):
    page = open_load(kept)
    drop(page, "march.csv", MARCH)
    page.locator(".sk-file", has_text="a case column").wait_for()
    page.get_by_label("Kd.").select_option("case code")
    ready(page, "3 of 4 rows are ready, 1 set aside.")
    page.get_by_role("button", name="Import 3 rows").click()
    page.get_by_text("Imported.").wait_for()
    page.get_by_role("link", name="Go on to the caseload").click()
    page.get_by_text("From the workspace spring.sqlite, 2 cases.").wait_for()

    page = open_load(kept)  # next week: the same file with a changed score and a new case
    drop(page, "april.csv", MARCH.replace("33.5", "12") + "C3,1,2025-04-01,30\n")
    ready(page, "4 of 5 rows are ready, 1 set aside.")
    page.get_by_text("New since last import: 1 form, 1 new case. 1 value differs from last time").wait_for()
    page.get_by_role("button", name="Columns: see or change").click()
    page.get_by_text("What you said of these columns before was used again.").wait_for()
    page.get_by_role("button", name="Import 4 rows").click()
    page.get_by_role("heading", name="1 value to decide").wait_for()
    page.locator(".sk-conflicts select").nth(1).select_option("take 12 from the file")
    page.get_by_label("Why (stays in the history)").fill("typing error in March")
    page.get_by_role("button", name="Save these decisions").click()
    page.get_by_role("heading", name="1 value to decide").wait_for(state="hidden")

    page = open_load(kept)
    drop(page, "april.csv", MARCH.replace("33.5", "12") + "C3,1,2025-04-01,30\n")
    page.get_by_text("Nothing is new: all 4 forms are in the workspace already.").wait_for()
    assert page.get_by_role("button", name="Import").count() == 0
    assert kept.asked_outside == []
    assert kept.complaints == []


def press_until(page, name, key="Tab", most=60):
    """Press a key until what has the focus is called `name`."""
    for _ in range(most):
        page.keyboard.press(key)
        called = page.evaluate(
            "(document.activeElement.labels?.[0] ?? document.activeElement).textContent"
            " + (document.activeElement.ariaLabel ?? '')"
        )
        if name in called:
            return
    pytest.fail(f"{name} cannot be reached with {key}.")


def test_all_of_it_goes_by_keyboard(kept):
    page = open_load(kept)
    with page.expect_file_chooser() as chooser:
        press_until(page, "Choose files …")
        page.keyboard.press("Enter")
    chooser.value.set_files([{"name": "march.csv", "mimeType": "", "buffer": MARCH.encode()}])
    page.locator(".sk-file").wait_for()
    press_until(page, "Kd.")
    page.keyboard.type("case code")
    ready(page, "3 of 4 rows are ready, 1 set aside.")
    assert page.evaluate("document.activeElement.labels[0].textContent") == "Kd."  # the focus stays
    page.locator(".sk-problems tbody tr").first.wait_for()
    press_until(page, "row: sort by this column")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") == "solid"
    page.keyboard.press("Enter")
    page.locator(".sk-problems th[aria-sort]").wait_for()
    press_until(page, "Download the 1 row set aside")
    with page.expect_download():
        page.keyboard.press("Enter")
    press_until(page, "Import 3 rows")
    page.keyboard.press("Space")
    page.get_by_text("Imported.").wait_for()
    press_until(page, "Go on to the caseload")
    page.keyboard.press("Enter")
    page.get_by_text("From the workspace spring.sqlite, 2 cases.").wait_for()


def test_what_happens_is_said_to_screen_readers(visit):
    page = open_load(visit)
    status = page.locator(".sk-drop [role=status]")
    drop(page, "march.csv", BROKEN)
    ready(page, "3 of 5 rows are ready")
    page.wait_for_function("document.querySelector('.sk-drop [role=status]').textContent.startsWith('3 of 5')")
    assert status.count() == 1
    assert page.locator(".sk-drop progress").get_attribute("aria-label") == "How much is done"
    assert page.locator(".sk-drop").get_attribute("aria-busy") == "false"


@pytest.mark.parametrize("width", [420, 1280])
def test_the_page_fits_its_window(visit, width):
    visit.page.set_viewport_size({"width": width, "height": 900})
    page = open_load(visit)
    choose(page, ("march.csv", BROKEN), ("other.csv", MARCH))
    ready(page, "3 of 5 rows are ready")
    page.locator(".sk-problems tbody tr").first.wait_for()
    page.wait_for_function(FITS, arg=width)


@pytest.mark.parametrize("state", ["empty", "loaded"])
def test_no_rule_of_accessibility_is_broken(visit, state):
    from axe_playwright_python.sync_playwright import Axe

    page = open_load(visit)
    if state == "loaded":
        choose(page, ("march.csv", BROKEN), ("other.csv", MARCH))
        ready(page, "3 of 5 rows are ready")
        page.locator(".sk-problems tbody tr").first.wait_for()
    found = Axe().run(page, context=".sk-page").response["violations"]
    assert [(one["id"], [node["html"] for node in one["nodes"]]) for one in found] == []
