// What validation shows ready to paste, and its Copy button.
import { test } from "node:test";
import assert from "node:assert/strict";
import http from "node:http";
import { open, first, hands } from "../house.mjs";

// mailman answers as a Mailman 3 without lists does whose log says what it says out of the box.
function mailman() {
  const answers = {
    "/3.1/system/versions": { api_version: "3.1", mailman_version: "GNU Mailman 3.3.8 (Tom Sawyer)", python_version: "3.11" },
    "/3.1/system/configuration/logging.smtp": { level: "info", format: "%(asctime)s (%(process)d) %(message)s" },
  };
  const server = http.createServer((request, answer) => {
    answer.setHeader("Content-Type", "application/json");
    answer.end(JSON.stringify(answers[new URL(request.url, "http://x").pathname] ?? { start: 0, total_size: 0 }));
  });
  return new Promise((done) => server.listen(0, "127.0.0.1", () => done({ url: `http://127.0.0.1:${server.address().port}/3.1`, close: () => server.close() })));
}

test("lines to paste can be copied", async () => {
  const house = await open();
  const { page, context } = house;
  const { fill, press, says } = hands(page);
  const server = await mailman();
  try {
    await context.grantPermissions(["clipboard-read", "clipboard-write"], { origin: house.address });
    await first(house);
    await page.goto("/servers/new");
    await fill({ "Name": "lists2", "Host Name": "lists2.example.org", "URL": server.url, "User": "restadmin", "Password": "not to be seen" });
    await press("Save");
    await says("is created. Validate it next");
    await press("Validate");
    await says("Done");
    await page.getByRole("link", { name: "lists2" }).click();
    const lines = page.getByLabel("To copy and paste");
    const copy = page.getByRole("button", { name: "Copy", exact: true });
    await lines.focus();
    await page.keyboard.press("Tab");
    assert.ok(await copy.evaluate((b) => b === document.activeElement), "the button follows the lines");
    await page.keyboard.press("Enter");
    await page.getByRole("status").getByText("Copied", { exact: true }).waitFor();
    assert.equal(await page.evaluate(() => navigator.clipboard.readText()), await lines.textContent());
    assert.match(await lines.textContent(), /^\[logging\.smtp\]\nformat: /);
    await page.evaluate(() => scrollTo(0, 0));
    await house.look("server-paste");
    // A browser that does not let pages copy.
    await context.clearPermissions();
    await page.addInitScript(() => Object.defineProperty(navigator, "clipboard", { value: undefined }));
    await page.reload();
    await copy.click();
    await says("Selected: copy them");
    assert.equal(await page.evaluate(() => getSelection().toString().trim()), (await lines.textContent()).trim());
    // One without scripts shows no button that does nothing.
    const plain = await house.browser.newContext({ javaScriptEnabled: false, storageState: await context.storageState() });
    const quiet = await plain.newPage();
    await quiet.goto(page.url());
    await quiet.getByLabel("To copy and paste").waitFor();
    assert.equal(await quiet.getByRole("button", { name: "Copy", exact: true }).count(), 0);
    await plain.close();
  } finally {
    server.close();
    await house.close();
  }
});
