// Creating hosting plans as an operator does, topic 4 of the manual.
import { test } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands } from "../house.mjs";

test("hosting plans", async () => {
  const house = await open();
  const { page } = house;
  const { field, fill, press, follow, says, menu } = hands(page);
  try {
    await first(house);
    house.import("currency: USD\ntime_zone: UTC\n");
    await page.getByRole("link", { name: "Hosting Plans" }).first().click();
    await page.getByRole("link", { name: "Create New Hosting Plan" }).click();
    await page.getByLabel("Name", { exact: false }).first().fill("Standard 10 📨 للقوائم");
    await page.getByLabel("Description").fill("Ten thousand messages of 40 KB a month.");
    await page.getByLabel("Max Lists", { exact: true }).fill("5");
    await page.getByLabel("Monthly Price", { exact: true }).fill("25");
    await page.getByLabel("Included Messages").fill("10,000");
    await page.getByLabel("Max Message Size").fill("40");
    await page.getByLabel("Overage CPM").fill("0.9");
    assert.equal(await page.getByLabel("Cost Per GB").isVisible(), false, "only the fields of the chosen method are shown");
    await page.getByLabel("Max Members", { exact: true }).focus();
    await page.getByText("11,000 messages of 40 KB").waitFor();
    const unit = () => page.locator('[id="f-messages_price-unit"]').innerText();
    assert.equal(await unit(), "USD per 1,000");
    await page.getByLabel("Messages in a pack").fill("1");
    await page.getByLabel("Max Lists", { exact: true }).focus();
    assert.equal(await unit(), "USD per message unit");
    await page.getByLabel("Messages in a pack").fill("1000");
    await page.getByLabel("Max Members", { exact: true }).focus();
    assert.equal(await unit(), "USD per 1,000");
    await house.look("plan-form");
    await page.getByLabel("Is priced by tiers").check();
    await page.getByLabel("Tier 1 up to").fill("5000");
    await page.getByLabel("Tier 1 price").fill("0.0009");
    await page.getByLabel("Tier 1 flat").fill("2");
    await page.getByLabel("Tier 2 price").fill("0.0005");
    await page.getByLabel("Tier 2 flat").focus();
    await page.getByText("15,001 messages of 40 KB").waitFor();
    await house.look("plan-form-tiers");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByText("is created.").waitFor();
    await page.getByLabel("Posts in a month").fill("200");
    await page.getByLabel("Size of a post").fill("40");
    await page.getByLabel("Members who get each").fill("100");
    await page.getByRole("button", { name: "Calculate" }).click();
    await page.locator("#calculator").getByRole("cell", { name: "34.00 USD" }).waitFor();
    await house.look("plan");
    await page.getByRole("link", { name: "Edit" }).click();
    await page.getByLabel("Bandwidth").check();
    await page.getByLabel("Has one price").check();
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByRole("link", { name: "Cost Per GB" }).click();
    await house.look("plan-form-faults");
    // By members, with a minimum and packs.
    await menu("Hosting Plans");
    await follow("Create New Hosting Plan");
    await page.getByRole("radio", { name: /^Members/ }).check();
    assert.equal(await field("Included Messages").isVisible(), false, "a field of another method");
    await fill({ "Name": "By members", "Max Members Per List": "5000", "Monthly Price": "10", "Minimum": "15", "Included Members": "100", "Cost Per Member": "5", "Members in a pack": "50" });
    await field("A started pack of members counts whole").check();
    await press("Save");
    await says("By members is created.");
    await fill({ "Members": "151" });
    await press("Calculate");
    await page.locator("#calculator").getByRole("cell", { name: "20.00 USD" }).waitFor(); // 10, and two packs of 5
    await house.look("plan-members");
    await page.goto("/jobs");
    await house.look("jobs-empty");
  } finally {
    await house.close();
  }
});
