// The pages that people come by now and then: signing in with a code, the time lines of things, renaming and removing,
// taking money back, searching. What is looked at here is looked at nowhere else.
import { test, before, after } from "node:test";
import assert from "node:assert/strict";
import { createHmac } from "node:crypto";
import { open, first, hands, password } from "../house.mjs";

const today = new Date();
const day = (months, date) => new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, date)).toISOString().slice(0, 10);
const start = day(1, 1), end = day(0, 0); // the last whole month

const provider = `
currency: USD
time_zone: America/New_York
company: {name: Lists Inc}
settings: {billing_admin_name: Billing, billing_admin_email: billing@lists.test, test_email: me@lists.test}
plans: [{id: std, name: Standard, monthly_price: "25", usage: [{method: messages, included: "1000", overage: {price: "0.90", per: "1000"}}]}]
charges: [{id: setup, name: Set-up fee, amount: "50"}]
servers: [{name: s1, host: s1.test, kind: manual}, {name: s2, host: s2.test, kind: manual}]
lists:
  - {server: s1, site: acme.test, list: news}
  - {server: s1, site: acme.test, list: talk}
  - {server: s2, site: nobody.test, list: stray}
customers:
  - company: Acme Ltd
    email: billing@acme.test
    start: "${start}"
    groups: [{name: Main, plans: [{plan: std}], charges: [{charge: setup}], objects: [{server: s1, site: acme.test, list: news}]}, {name: Spare, plans: [{plan: std}]}, {name: Idle}]
  - {company: Birch & Co, email: billing@birch.test, start: "${start}", groups: [{name: Main, plans: [{plan: std}], objects: [{server: s1, site: acme.test, list: talk}]}]}
`;

let house, page, field, fill, press, follow, says, menu, done;
before(async () => {
  house = await open();
  page = house.page;
  ({ field, fill, press, follow, says, menu, done } = hands(page));
  await first(house);
  house.import(provider);
  house.run("bill", "run", "--start", start, "--end", end);
});
after(async () => { await house.close(); });

// code is what an authenticator app shows now for a key, RFC 6238.
function code(key) {
  const bits = [...key].map((c) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(c).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
  const step = Buffer.alloc(8);
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000)));
  const mac = createHmac("sha1", secret).update(step).digest(), at = mac[19] & 15;
  return String((mac.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

test("a second factor: set up, signed in with, and removed by an administrator", async () => {
  house.run("user", "add", "Berta", "--role", "clerk", "--password-file", house.file("password", password + "\n"));
  const context = await house.browser.newContext({ baseURL: house.address, reducedMotion: "reduce" });
  const berta = await context.newPage(), hers = hands(berta);
  const signIn = async () => {
    await berta.goto("/sign-in");
    await berta.getByLabel("Name").fill("Berta");
    await berta.getByLabel("Password").fill(password);
    await hers.press("Sign in");
  };
  await signIn();
  await berta.goto("/profile");
  await hers.follow("Set up a second factor");
  await hers.field("Code").fill(code(await berta.locator(".secret").textContent()));
  await hers.press("Switch it on");
  await hers.says("Your recovery codes");
  await house.look("recovery-codes", berta);
  const recovery = (await berta.getByLabel("Recovery codes").textContent()).split("\n")[0];
  await hers.follow("I have saved them");
  await berta.getByText("Berta", { exact: true }).first().click();
  await hers.press("Sign out");
  await signIn();
  await berta.getByRole("heading", { name: "Second factor" }).waitFor();
  await house.look("sign-in-code", berta);
  await hers.field("Code").fill(recovery);
  await hers.press("Sign in");
  await berta.getByRole("heading", { name: "Home" }).waitFor();
  await berta.goto("/profile");
  await hers.follow("Change the password");
  await house.look("password", berta);
  await context.close();

  await menu("Settings", "Change Admins");
  await follow("Berta");
  await house.look("admin");
  await follow("Remove the second factor");
  await house.look("admin-factor");
  await press("Remove the second factor");
  await menu("Change Admins");
  await follow("Berta");
  await follow("History");
  await says("Second factor switched off");
  await says("Recovery code used");
  await house.look("admin-history");
  await menu("Change Admins");
  await page.getByRole("row", { name: /Berta/ }).getByRole("link", { name: "Reset" }).click();
  await house.look("admin-password");
});

test("the time lines of a plan, a charge, a server and the settings", async () => {
  for (const [section, name, shot] of [["Hosting Plans", "Standard", "plan"], ["Additional Charges", "Set-up fee", "charge"], ["Servers", "s1", "server"]]) {
    await menu(section);
    await follow(name);
    await follow("Edit");
    await field(section === "Servers" ? "Comments" : "Description").fill("Changed, שלום");
    if (shot === "server") await house.look("server-edit");
    await press("Save");
    await follow("History");
    await says("Changed, שלום");
    await house.look(shot + "-history");
  }
  await menu("Settings");
  await follow("History");
  await house.look("settings-history");
});

test("a group is renamed and removed, an assignment edited and removed, sites and servers picked", async () => {
  await menu("Customers");
  await page.getByRole("row", { name: /Acme Ltd/ }).getByRole("link", { name: "Groups" }).click();
  await house.look("groups");
  await follow("Spare");
  await follow("Rename this group");
  await house.look("group-rename");
  await fill({ Name: "Second contract" });
  await press("Save");
  await follow("Add List/Site/Server");
  await follow("Select Sites");
  await page.getByRole("checkbox", { name: "Select nobody.test" }).check();
  await house.look("select-sites");
  await press("Assign to Second contract");
  await field("Free").check();
  await press("Save");
  await says("1 site is assigned.");
  await follow("Add List/Site/Server");
  await follow("Select Servers");
  await page.getByRole("checkbox", { name: "Select s2" }).check();
  await house.look("select-servers");
  await press("Assign to Second contract");
  await press("Save");
  await says("1 server is assigned.");
  await page.getByRole("link", { name: /^Edit .*s2/ }).click();
  await fill({ "End Date": "31.12.2026" });
  await house.look("assignment-edit");
  await press("Save");
  await says("2026-12-31");
  await page.getByRole("link", { name: /^Remove .*s2/ }).click();
  await house.look("assignment-remove");
  await press("Remove this assignment");
  await says("is removed.");
  await follow("Groups");
  await follow("Idle");
  await follow("Remove this group");
  await house.look("group-remove");
  await press("Remove this group");
  await says("The group is removed.");
});

test("lists that nobody has", async () => {
  house.import(`lists: [{server: s2, site: other.test, list: lonely}]`);
  await page.goto("/unassigned");
  await says("lonely@other.test");
  await house.look("unassigned");
});

test("all drafts are tested, some money is taken back, and some given up", async () => {
  house.run("bill", "run", "--start", start, "--end", end); // the drafts are stale: lists were assigned
  await menu("Customers", "Send");
  await follow("Test All in View");
  await house.look("send-test-all");
  await press("Test Selected Bills");
  await done();
  house.run("bill", "send", "--yes");
  const bill = async (name) => {
    await page.goto("/bills");
    await page.getByRole("row", { name: new RegExp(name) }).getByRole("link", { name: /-0000/ }).click();
  };
  await bill("Acme");
  const entry = page.url();
  await follow("Record a payment");
  await fill({ Amount: "10", Reference: "wire 9" });
  await press("Record the payment");
  await follow("Take back");
  await house.look("take-back");
  await fill({ Reason: "another customer's" });
  await press("Take it back");
  await says("It is taken back.");
  await follow("Write off");
  await house.look("write-off");
  await fill({ Reason: "bankrupt" });
  await press("Write off what is to be paid");
  await says("is written off.");
  assert.equal(page.url().split("?")[0], entry);
  await bill("Birch");
  await page.goto(new URL(page.url()).pathname + "/again");
  await house.look("again");
});

test("terminating, and what the search box finds", async () => {
  await page.keyboard.press("/");
  await page.keyboard.type("acme");
  await page.getByRole("link", { name: /^Acme Ltd/ }).first().waitFor();
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Search" }).waitFor();
  await house.look("search");
  await page.getByRole("main").getByRole("link", { name: /^Acme Ltd/ }).click();
  await follow("Terminate");
  await house.look("terminate-sent");
});

test("the utilities", async () => {
  await menu("Utilities");
  await house.look("utilities");
  await follow("Find Administrator");
  await house.look("find-administrator");
  await menu("Utilities");
  await follow("Find Member");
  await house.look("find-member");
});
