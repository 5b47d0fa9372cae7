"""Pictures for the documentation are small, and show what the browser showed."""

import base64

import pytest
from playwright.async_api import Browser

from tests.browser.palette import with_palette

pytestmark = pytest.mark.browser
FEW = "<body style='margin: 0; background: #102030'><p style='width: 90px; height: 40px; background: #f0e0d0'>"
MANY = "<body style='margin: 0; height: 300px; background: linear-gradient(90deg, red, blue), green'>"
DIFFERENCE = """async (pictures) => {
  const pixels = [];
  for (const each of pictures) {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${each}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height).getContext("2d");
    canvas.drawImage(bitmap, 0, 0);
    pixels.push(canvas.getImageData(0, 0, bitmap.width, bitmap.height).data);
  }
  const [before, after] = pixels;
  if (before.length !== after.length) return 255;
  return before.reduce((most, part, at) => Math.max(most, Math.abs(part - after[at])), 0);
}"""
"""The difference of the part of a pixel that differs most, from 0 to 255."""


@pytest.mark.parametrize(("content", "most"), [(FEW, 0), (MANY, 8)], ids=["few colours", "many colours"])
async def test_a_picture_with_a_palette_is_the_same(browser: Browser, content: str, most: int) -> None:
    page = await browser.new_page(viewport={"width": 333, "height": 222})
    await page.set_content(content)
    png = await page.screenshot()
    small = await with_palette(page, png)
    pictures = [base64.b64encode(each).decode() for each in (png, small)]
    assert await page.evaluate(DIFFERENCE, pictures) <= most
    assert len(small) < len(png)
