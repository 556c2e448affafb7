// The house for browser tests: the built binary with `serve` on a free port and a new database, a browser, and helpers
// that find things as a user does, by label and role.
import { spawn, execFileSync } from "node:child_process";
import { mkdtempSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import assert from "node:assert/strict";
import { chromium } from "playwright-core";
import { AxeBuilder } from "@axe-core/playwright";

const root = path.resolve(import.meta.dirname, "..");
const binary = process.env.POSTMETER ?? path.join(root, "postmeter");
const shots = path.join(root, "build", "screenshots");
const startLimit = 30_000; // milliseconds until the process listens

export const password = "four words of mine";

// open starts a house. database is sqlite, or the address of an empty PostgreSQL database (POSTMETER_BROWSER_DB).
export async function open() {
  const dir = mkdtempSync(path.join(tmpdir(), "postmeter-browser-"));
  const env = {
    ...process.env,
    POSTMETER_DB: process.env.POSTMETER_BROWSER_DB ?? "sqlite:" + path.join(dir, "postmeter.db"),
    POSTMETER_KEY_FILE: path.join(dir, "secrets.key"),
  };
  const server = spawn(binary, ["serve", "--listen", "127.0.0.1:0"], { env, stdio: ["ignore", "ignore", "pipe"] });
  const { address, link } = await started(server);
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: ["--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
  });
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, baseURL: address });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const outside = [];
  page.on("request", (r) => { if (!r.url().startsWith(address) && !r.url().startsWith("data:")) outside.push(r.url()); });
  const complaints = [];
  page.on("console", (m) => { if (m.type() === "error" && !/status of (4\d\d)/.test(m.text())) complaints.push(m.text()); });
  page.on("pageerror", (e) => complaints.push(String(e)));
  return {
    page, context, address, link,
    // run runs a command of the program on the same database.
    run: (...args) => execFileSync(binary, args, { env, encoding: "utf8" }),
    // import takes in a provider file.
    import(yaml) {
      const file = path.join(dir, "provider.yaml");
      writeFileSync(file, yaml);
      return execFileSync(binary, ["import", file], { env, encoding: "utf8" });
    },
    // look keeps screenshots of a page, light, dark and on a phone, and lets axe judge it.
    // What axe finds fails the test when the house is closed, so that one run shows all of it.
    look: (name) => look(page, name, complaints),
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

async function look(page, name, complaints) {
  mkdirSync(shots, { recursive: true });
  for (const scheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme: scheme, reducedMotion: "reduce" });
    await page.screenshot({ path: path.join(shots, `${name}-${scheme}.png`), fullPage: true });
    complaints.push(...await judge(page, `${name}, ${scheme}`));
  }
  await page.emulateMedia({ colorScheme: "light", reducedMotion: "reduce" });
  const size = page.viewportSize();
  await page.setViewportSize({ width: 390, height: 844 });
  await page.screenshot({ path: path.join(shots, `${name}-phone.png`), fullPage: true });
  complaints.push(...await judge(page, `${name}, phone`));
  const wide = await page.evaluate(() => document.documentElement.scrollWidth);
  if (wide > 390) complaints.push(`${name} is ${wide} px wide on a phone`);
  await page.setViewportSize(size);
}

async function judge(page, what) {
  const { violations } = await new AxeBuilder({ page }).analyze();
  return violations.map((v) => `${what}: ${v.id}: ${v.help}\n  ${v.nodes.map((n) => n.html).join("\n  ")}`);
}
