// The house for browser tests: the built binary with `serve` on a free port and a new database, a browser, and helpers
// that find things as a user does, by label and role.
import { spawn, execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { look } from "./look.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..");
const binary = process.env.POSTMETER ?? path.join(root, "postmeter");
const startLimit = 60_000; // milliseconds until the process listens
const patience = Number(process.env.POSTMETER_BROWSER_PATIENCE ?? 60_000); // milliseconds until what is waited for must show

export const password = "four words of mine";

// day is a date so many months ago, such as 2026-10-01: the process has the real clock. Day 0 is the last of the month before.
const today = new Date();
export const day = (months, date) => new Date(Date.UTC(today.getUTCFullYear(), today.getUTCMonth() - months, date)).toISOString().slice(0, 10);

// open starts a house on a new SQLite file, or on the empty PostgreSQL database that POSTMETER_BROWSER_DB names. Where
// POSTMETER_BROWSER_LOOKS is "no", pages are used and not looked at: another file has them. Mails are files in a folder,
// unless smtp is true: then they go the way that the settings say.
export async function open({ smtp = false } = {}) {
  const dir = mkdtempSync(path.join(tmpdir(), "postmeter-browser-"));
  const mails = path.join(dir, "mails");
  mkdirSync(mails);
  const env = {
    ...process.env,
    POSTMETER_DB: process.env.POSTMETER_BROWSER_DB ?? "sqlite:" + path.join(dir, "postmeter.db"),
    POSTMETER_KEY_FILE: path.join(dir, "secrets.key"),
    ...(smtp ? {} : { POSTMETER_SMTP: "file:" + mails }),
  };
  const server = spawn(binary, ["serve", "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "ignore", "pipe"] });
  const { address, link } = await started(server).catch((error) => {
    server.kill("SIGKILL"); // else this process would wait for it
    throw error;
  });
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: address, reducedMotion: "reduce" });
  context.setDefaultTimeout(patience);
  const page = await context.newPage();
  const outside = [];
  page.on("request", (r) => { if (!r.url().startsWith(address) && !r.url().startsWith("data:")) outside.push(r.url()); });
  const complaints = [];
  page.on("console", (m) => { if (m.type() === "error" && !/status of (4\d\d)/.test(m.text())) complaints.push(m.text()); });
  page.on("pageerror", (e) => complaints.push(String(e)));
  const looks = process.env.POSTMETER_BROWSER_LOOKS !== "no";
  return {
    page, context, browser, address, link, mails, dir, complaints,
    // run runs a command of the program on the same database.
    run: (...args) => execFileSync(binary, args, { env, encoding: "utf8" }),
    // file writes a file beside the database, and returns its path.
    file(name, text) {
      writeFileSync(path.join(dir, name), text);
      return path.join(dir, name);
    },
    // import takes in a provider file.
    import(yaml) { return this.run("import", this.file("provider.yaml", yaml)); },
    // look keeps screenshots of a page, light, dark and on a phone, and lets axe judge it; see look.mjs. What it finds
    // fails the test when the house is closed, so that one run shows all of it.
    async look(name, on = page) {
      if (!looks) return;
      remember(on);
      complaints.push(...await look(on, name));
    },
    async close() {
      await browser.close();
      const gone = new Promise((done) => server.once("exit", done));
      server.kill("SIGTERM");
      await gone;
      rmSync(dir, { recursive: true, force: true });
      assert.deepEqual(outside, [], "requests to other hosts");
      assert.deepEqual(complaints, [], "what the browser and axe complain of");
    },
  };
}

// remember writes down the path of a page that is looked at: the run of all files checks that none was left out.
function remember(page) {
  const list = process.env.POSTMETER_BROWSER_SEEN;
  if (list) appendFileSync(list, new URL(page.url()).pathname + "\n");
}

function started(server) {
  return new Promise((done, fail) => {
    let text = "";
    const limit = setTimeout(() => fail(new Error("serve did not start:\n" + text)), startLimit);
    server.once("exit", (code) => fail(new Error(`serve ended with ${code}:\n${text}`)));
    server.stderr.on("data", (data) => {
      text += data;
      const link = text.match(/(http:\/\/\S+)\/first\/\S+/);
      if (link) {
        clearTimeout(limit);
        done({ address: link[1], link: link[0] });
      }
    });
  });
}

// first makes the first operator through the one-time link.
export async function first(house, name = "Anna") {
  const { page } = house;
  await page.goto(house.link);
  await page.getByLabel("Name").fill(name);
  await page.getByLabel("Password", { exact: false }).first().fill(password);
  await page.getByLabel("Password again").fill(password);
  await page.getByRole("button", { name: "Create the operator" }).click();
  await page.getByText(`You are signed in as ${name}.`).waitFor();
}

// hands are what a user does with a page: press a button, follow a link, fill a field, read what it says.
export function hands(page) {
  // A field by its whole label, with or without the word that it is required.
  const field = (label) => page.getByLabel(new RegExp("^\\s*" + label.replace(/[()?/]/g, "\\$&") + "\\s*(required)?\\s*$"));
  // What does not show, or cannot be pressed, is said with the words of the page that is there instead.
  const told = (wait) => wait.catch(async (error) => {
    const text = await page.getByRole("main").innerText({ timeout: 1000 }).catch(String);
    throw new Error(`${error.message}\nThe page ${page.url()} says:\n${text}`, { cause: error });
  });
  const says = (text) => told(page.getByText(text).first().waitFor());
  return {
    field, says,
    press: (name) => told(page.getByRole("button", { name, exact: true }).click()),
    follow: (name, exact = true) => told(page.getByRole("main").getByRole("link", { name, exact }).first().click()),
    // menu goes to a page of the left navigation.
    async menu(...names) {
      for (const name of names) await page.getByRole("navigation", { name: "Main" }).getByRole("link", { name, exact: true }).click();
    },
    // fill fills fields, in order, by their labels.
    async fill(values) { for (const [label, value] of Object.entries(values)) await field(label).fill(value); },
    // done waits until the job on the page is done, though servers that it asked may have failed.
    done: () => told(page.getByText(/^Done(;|$)|servers? failed\.$/).first().waitFor()),
  };
}
