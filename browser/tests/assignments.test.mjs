// Topics 7 and 8 of the manual: the contracts of a customer, and what is assigned to them: plans, charges, lists, sites
// and servers; what is refused since somebody has it; lists that nobody has.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { open, first, hands, day } from "../house.mjs";

const provider = `
currency: USD
time_zone: UTC
plans:
  - {id: std, name: Standard, monthly_price: "25", usage: [{method: messages, included: "100", overage: {price: "1", per: "1000"}}]}
  - {id: big, name: Large, monthly_price: "99"}
charges: [{id: setup, name: Set-up fee, amount: "50"}]
servers:
  - {name: vienna, host: vienna.test, kind: manual}
  - {name: graz, host: graz.test, kind: manual}
lists:
  - {server: vienna, site: acme.test, list: news}
  - {server: vienna, site: acme.test, list: talk}
  - {server: vienna, site: elm.test, list: all}
  - {server: vienna, site: elm.test, list: board}
  - {server: graz, site: oak.test, list: all}
  - {server: graz, site: oak.test, list: press}
customers:
  - {company: Acme Newsletters, email: billing@acme.test, start: "${day(1, 1)}"}
  - {company: Birch & Co, email: billing@birch.test, start: "${day(1, 1)}", groups: [{name: All, plans: [{plan: big}]}]}
  - {company: Cedar Café, email: billing@cedar.test, start: "${day(1, 1)}"}
`;

let house, page, field, fill, press, follow, says, menu, done;
before(async () => {
  house = await open();
  page = house.page;
  ({ field, fill, press, follow, says, menu, done } = hands(page));
  await first(house);
  house.import(provider);
});
after(async () => { await house.close(); });

// groups opens the groups of a customer by the link in its row.
async function groups(company) {
  await menu("Customers");
  await page.getByRole("row", { name: new RegExp(company) }).getByRole("link", { name: "Groups", exact: true }).click();
  await page.getByRole("heading", { name: /Groups|groups/ }).first().waitFor();
}
const row = (name) => page.getByRole("row", { name: new RegExp(name) });

test("7 Groups in a customer's row; Create New Group: one for each contract", async () => {
  await groups("Acme Newsletters");
  await house.look("groups-empty");
  for (const name of ["Newsletters", "Another contract"]) {
    if (name !== "Newsletters") await groups("Acme Newsletters");
    await follow("Create New Group");
    await fill({ "Name": name });
    await press("Save");
    await says(`${name} is created.`);
  }
  await follow("Rename this group");
  await fill({ "Name": "Discussions" });
  await house.look("group-edit");
  await press("Save");
  await says("Discussions is saved.");
  await groups("Acme Newsletters");
  await row("Discussions").waitFor();
});

test("7 a group that holds nothing can be removed", async () => {
  await follow("Discussions");
  await follow("Remove this group");
  await press("Remove this group");
  await says("The group is removed.");
  assert.equal(await row("Discussions").count(), 0);
});

test("8 Hosting Plans: Start Date, End Date and Description, edited and removed", async () => {
  await follow("Newsletters");
  await follow("Add Hosting Plan");
  await field("Hosting Plan").selectOption("Large");
  await fill({ "Start Date": day(1, 1), "Description": "As agreed by phone" });
  await press("Save");
  await says("It is assigned.");
  await row("Large").getByText("As agreed by phone").waitFor();
  await page.getByRole("link", { name: "Edit Large" }).click();
  await fill({ "End Date": day(1, 15) });
  await press("Save");
  await says("Large is saved.");
  await row("Large").getByText(day(1, 15)).waitFor();
  await follow("Add Hosting Plan");
  await field("Hosting Plan").selectOption("Standard");
  await fill({ "Start Date": day(1, 10) });
  await press("Save");
  await page.getByRole("alert").getByText("The group has the plan Large").waitFor(); // a day of both
  await fill({ "Start Date": day(1, 16) });
  await press("Save");
  await says("It is assigned.");
  await page.getByRole("link", { name: "Remove Large" }).click();
  await press("Remove this assignment");
  await says("Large is removed.");
  await page.getByRole("link", { name: "Edit Standard" }).click();
  await field("Start Date").fill("");
  await press("Save");
  await says("Standard is saved.");
});

test("8 Additional Charges: amount and quantity too", async () => {
  await follow("Add Additional Charge");
  await field("Additional Charge").selectOption("Set-up fee");
  await fill({ "Amount": "12.50", "Quantity": "3", "Start Date": day(1, 1), "Description": "Three lists set up" });
  await press("Save");
  await says("It is assigned.");
  await row("Set-up fee").getByText("12.50").waitFor();
  await row("Set-up fee").getByText("3", { exact: true }).waitFor();
});

test("8 Select Lists: many at once, each may be Free", async () => {
  await follow("Add List/Site/Server");
  await page.getByRole("heading", { name: "Select Lists" }).waitFor();
  await page.getByRole("searchbox", { name: "Beginning of a name or site" }).or(page.getByRole("main").getByLabel("Search")).fill("elm");
  await says("2 lists");
  await page.getByLabel("Server", { exact: true }).selectOption("graz");
  await says("Nothing matches what is set.");
  await follow("Clear all");
  await page.getByLabel("Select news@acme.test").check();
  await page.getByLabel("Select talk@acme.test").check();
  await press("Assign to Newsletters");
  await page.getByRole("heading", { name: "Assign 2 lists" }).waitFor();
  await fill({ "Start Date": day(1, 1) });
  await press("Save");
  await says("2 lists are assigned.");
  await page.getByRole("link", { name: /^Edit .*talk/ }).click();
  await field("Free").check();
  await house.look("place-edit");
  await press("Save");
  await says(/is saved/);
  await row("talk").getByText(/free/i).waitFor();
});

test("8 Select Sites and Select Servers", async () => {
  await groups("Birch & Co");
  await follow("All");
  await follow("Add List/Site/Server");
  await follow("Select Sites");
  await page.getByLabel("Select elm.test").check();
  await press("Assign to All");
  await page.getByRole("heading", { name: "Assign 1 site" }).waitFor();
  await press("Save");
  await says("1 site is assigned.");
  await follow("Add List/Site/Server");
  await follow("Select Servers");
  await page.getByLabel("Select vienna").check();
  await press("Assign to All");
  await press("Save");
  await says("1 server is assigned.");
});

test("8 the most specific assignment wins; two equally specific on one day are refused, naming the other", async () => {
  await groups("Cedar Café");
  await follow("Create New Group");
  await fill({ "Name": "Board" });
  await press("Save");
  await follow("Add List/Site/Server");
  await says(/1 list|2 lists/); // those of graz: the others are assigned with their site or server
  assert.equal(await row("board@elm.test").count(), 0);
  await page.getByLabel("Show", { exact: true }).selectOption("Also assigned ones");
  await row("board@elm.test").getByText("With its site or server").waitFor();
  await row("news@acme.test").getByRole("link", { name: "Acme Newsletters" }).waitFor();
  await house.look("select-all");
  await page.getByLabel("Select board@elm.test").check(); // a list of Birch's site: more specific
  await press("Assign to Board");
  await press("Save");
  await says("1 list is assigned.");
  await follow("Add List/Site/Server");
  await page.getByLabel("Show", { exact: true }).selectOption("Also assigned ones");
  await page.getByLabel("Select news@acme.test").check();
  await press("Assign to Board");
  await press("Save");
  await page.getByRole("alert").getByText("Acme Newsletters").waitFor();
  await house.look("list-taken");
  await fill({ "Start Date": day(3, 1), "End Date": day(1, 0) }); // Acme has it since the month after
  await press("Save");
  await says("1 list is assigned.");
});

test("8, 14 lists that nobody has are given to a customer", async () => {
  await page.goto("/unassigned");
  await says("2 lists");
  await field("Select all in view").check();
  await press("Assign to a customer");
  await page.getByRole("heading", { name: "Assign 2 lists to a customer" }).waitFor();
  await page.getByRole("main").getByRole("searchbox", { name: "Customer" }).fill("cedar");
  await press("Find");
  await page.getByRole("button", { name: "Assign to Cedar Café, Board" }).waitFor();
  await house.look("unassigned-to");
  await press("Assign to Cedar Café, Board");
  await fill({ "Start Date": day(1, 1) });
  await press("Save");
  await says("2 lists are assigned.");
  await page.goto("/unassigned");
  await says("Every list that is known is assigned.");
  await house.look("unassigned-none");
});

test("10 what was assigned is what is billed", async () => {
  house.run("ingest", "--format", "jsonl", house.file("usage.jsonl", [["news", 1100], ["talk", 5000]].map(([list, n]) =>
    JSON.stringify({ id: list, server: "vienna", site: "acme.test", list, at: day(1, 5) + "T10:00:00Z", bytes: 1000, recipients: n })).join("\n") + "\n"));
  await groups("Cedar Café");
  await follow("Board");
  await follow("Add Hosting Plan");
  await field("Hosting Plan").selectOption("Standard");
  await press("Save");
  await says("It is assigned.");
  await menu("Customers", "Bill");
  await page.getByLabel("Select Acme Newsletters").check();
  await press("Bill Selected Customers");
  await press("Run Selected Customers");
  await done();
  await menu("Customers", "Bill");
  await row("Acme Newsletters").getByRole("link", { name: /USD/ }).click();
  await page.getByRole("heading", { name: /draft/i }).first().waitFor();
  await row("Total|To be paid").getByText("63.50").first().waitFor(); // 25 + 1,000 of news over + 3 of 12.50; talk is free
  await house.look("bill-of-assignments");
});
