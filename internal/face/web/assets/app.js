// What pages do beyond links and forms. Each part stands alone; without this file everything still works.
(function () {
  "use strict";
  var $$ = function (root, what) { return Array.prototype.slice.call(root.querySelectorAll(what)); };
  var typing = function (el) { return el.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(el.tagName); };

  // "/" goes to the search box.
  document.addEventListener("keydown", function (e) {
    if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || typing(e.target)) return;
    var box = document.querySelector("[data-focus-key='/']");
    if (box) { e.preventDefault(); box.focus(); box.select(); }
  });

  // The menu of the user, and others like it, close with Escape and by a click elsewhere.
  document.addEventListener("click", function (e) {
    $$(document, "details.user-menu[open]").forEach(function (d) { if (!d.contains(e.target)) d.open = false; });
  });
  document.addEventListener("keydown", function (e) {
    if (e.key !== "Escape") return;
    $$(document, "details.user-menu[open]").forEach(function (d) { d.open = false; d.querySelector("summary").focus(); });
    if (location.hash === "#nav") location.hash = "#main";
  });

  // Lists: selecting with a click, the space key, and shift for a range.
  function selection(form) {
    var boxes = $$(form, "input[name=id]");
    var view = form.querySelector("[data-select-view]");
    var all = form.querySelector("[data-select-all]");
    var said = form.querySelector("[data-select-said]");
    var bar = form.querySelector("[data-select-bar]");
    var last = null;
    function show() {
      var n = boxes.filter(function (b) { return b.checked; }).length;
      var whole = n === boxes.length && n > 0;
      view.checked = whole;
      view.indeterminate = n > 0 && !whole;
      if (all && !whole) all.checked = false;
      if (all) all.parentNode.hidden = !whole || form.dataset.whole !== undefined; // all that match are in view
      bar.hidden = n === 0;
      boxes.forEach(function (b) { b.closest("tr").classList.toggle("picked", b.checked); });
      said.textContent = all && all.checked ? all.parentNode.textContent.trim() + " are selected" :
        n + " " + (n === 1 ? form.dataset.one : form.dataset.many) + (whole ? ", all in view," : "") + (n === 1 ? " is" : " are") + " selected";
    }
    boxes.forEach(function (box, i) {
      box.addEventListener("click", function (e) {
        if (e.shiftKey && last !== null) {
          for (var j = Math.min(last, i); j <= Math.max(last, i); j++) boxes[j].checked = box.checked;
        }
        last = i;
        show();
      });
      box.addEventListener("keydown", function (e) { // up and down go from box to box
        var to = e.key === "ArrowDown" ? boxes[i + 1] : e.key === "ArrowUp" ? boxes[i - 1] : null;
        if (!to) return;
        e.preventDefault();
        if (e.shiftKey) { to.checked = box.checked; show(); }
        to.focus();
      });
    });
    view.addEventListener("change", function () {
      boxes.forEach(function (b) { b.checked = view.checked; });
      show();
    });
    if (all) all.addEventListener("change", show);
    show();
  }

  // Forms: what was typed is kept in sight, and leaving with changes asks.
  function guard(form) {
    var before = state(form), changed = form.dataset.guard === "true", sent = false;
    var hint = form.querySelector("[data-unsaved]"), bar = form.querySelector(".save-bar");
    function state(f) { return new URLSearchParams(new FormData(f)).toString(); }
    function look() {
      var dirty = changed || state(form) !== before;
      hint.hidden = !dirty;
      bar.classList.toggle("save-bar-dirty", dirty);
      return dirty;
    }
    form.addEventListener("input", look);
    form.addEventListener("change", look);
    form.addEventListener("submit", function (e) {
      if (sent) { e.preventDefault(); return; } // a double click sends once
      sent = true;
      setTimeout(function () { sent = false; }, 5000);
    });
    window.addEventListener("beforeunload", function (e) { if (!sent && look()) e.preventDefault(); });
    window.addEventListener("pageshow", function () { sent = false; look(); });
    look();
  }

  // Money, numbers and dates are typed freely and shown normalised on leaving the field. What is not understood stays.
  var normal = {
    money: function (v, decimals) { // with the currency's decimals: 1250.5 is 1250.50
      var t = number(v), parts = t.split(".");
      if (!decimals || !/^-?\d+(\.\d+)?$/.test(t)) return t;
      return parts[0] + "." + (parts[1] || "").padEnd(decimals, "0");
    },
    number: function (v) { return number(v); },
    date: function (v) {
      var m = /^(\d{4})[-./ ]?(\d{1,2})[-./ ]?(\d{1,2})$/.exec(v), d, mo, y;
      if (m) { y = m[1]; mo = m[2]; d = m[3]; } else {
        m = /^(\d{1,2})\.\s?(\d{1,2})\.\s?(\d{4})$/.exec(v); // 1.9.2026: day first, as dots are used
        if (!m) return v;
        y = m[3]; mo = m[2]; d = m[1];
      }
      return y + "-" + ("0" + mo).slice(-2) + "-" + ("0" + d).slice(-2);
    },
    month: function (v) {
      var m = /^(\d{4})[-./ ](\d{1,2})$/.exec(v), card = /^(\d{1,2}) ?[-./ ] ?(?:20)?(\d{2})$/.exec(v);
      return m ? m[1] + "-" + ("0" + m[2]).slice(-2) : card ? "20" + card[2] + "-" + ("0" + card[1]).slice(-2) : v;
    }
  };
  function number(v) {
    var t = v.replace(/[\s\u00a0'’]/g, "").replace("−", "-");
    if (/^-?\d{1,3}(,\d{3})+(\.\d+)?$/.test(t)) t = t.replace(/,/g, "");
    return /^-?\d+(\.\d+)?$/.test(t) ? t : v;
  }
  document.addEventListener("change", function (e) {
    var how = e.target.dataset && normal[e.target.dataset.normal];
    if (how) e.target.value = how(e.target.value.trim(), Number(e.target.dataset.decimals));
  });

  // Tabs of a long form: without this file its parts stand below each other.
  function tabs(list) {
    var links = $$(list, "a"), parts = links.map(function (a) { return document.querySelector(a.getAttribute("href")); });
    list.setAttribute("role", "tablist");
    function open(i, focus) {
      links.forEach(function (a, j) {
        a.setAttribute("aria-selected", i === j ? "true" : "false");
        a.tabIndex = i === j ? 0 : -1;
        parts[j].hidden = i !== j;
      });
      if (focus) links[i].focus();
    }
    links.forEach(function (a, i) {
      a.parentNode.setAttribute("role", "presentation");
      a.setAttribute("role", "tab");
      a.id = a.id || parts[i].id + "-link";
      a.setAttribute("aria-controls", parts[i].id);
      parts[i].setAttribute("role", "tabpanel");
      parts[i].removeAttribute("aria-label");
      parts[i].setAttribute("aria-labelledby", a.id);
      a.addEventListener("click", function (e) { e.preventDefault(); open(i); });
      a.addEventListener("keydown", function (e) {
        var step = e.key === "ArrowRight" ? 1 : e.key === "ArrowLeft" ? -1 : 0;
        if (step) { e.preventDefault(); open((i + step + links.length) % links.length, true); }
      });
    });
    var wrong = parts.findIndex(function (p) { return p.dataset.wrong !== "0"; });
    var there = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    var inside = there ? parts.findIndex(function (p) { return p === there || p.contains(there); }) : -1;
    open(Math.max(0, wrong, inside));
    if (inside >= 0 && there !== parts[inside]) there.focus(); // a link from elsewhere to one field
    // A link to a field opens the tab that it is in.
    document.addEventListener("click", function (e) {
      var a = e.target.closest && e.target.closest("a[href^='#']");
      var to = a && document.getElementById(a.getAttribute("href").slice(1));
      var i = to ? parts.findIndex(function (p) { return p !== to && p.contains(to); }) : -1;
      if (i >= 0) { open(i); to.focus(); }
    });
  }
  document.addEventListener("click", function (e) { // from the summary of faults into the field
    var a = e.target.closest && e.target.closest(".problems a[href^='#']");
    var to = a && document.getElementById(a.getAttribute("href").slice(1));
    if (to) { e.preventDefault(); to.focus(); to.scrollIntoView({ block: "center" }); }
  });

  // Rows of names and values: another one without asking the server.
  document.addEventListener("click", function (e) {
    var button = e.target.closest && e.target.closest("[data-more]");
    if (!button) return;
    e.preventDefault();
    var rows = $$(button.parentNode, ".pair"), last = rows[rows.length - 1], row = last.cloneNode(true), n = String(rows.length + 1);
    $$(row, "label").forEach(function (label) {
      var field = row.querySelector("[id='" + label.htmlFor + "']");
      label.htmlFor = field.id = field.id.replace(/\d+$/, n);
      label.textContent = label.textContent.replace(/\d+$/, n);
      field.value = "";
    });
    last.after(row);
    row.querySelector("input").focus();
  });

  // Fields that show only for one choice: data-when="name=value" on what is shown.
  function whens(form) {
    var parts = $$(form, "[data-when]");
    function show() {
      var data = new FormData(form);
      parts.forEach(function (p) {
        var want = p.dataset.when.split("=");
        p.hidden = want[1].split("|").indexOf(data.get(want[0]) || "") < 0;
      });
    }
    if (parts.length) { form.addEventListener("change", show); show(); }
  }

  // The unit of an amount follows the field that says for how many it is: USD per 1,000.
  function units(form) {
    function show() {
      $$(form, ".unit[data-per]").forEach(function (u) {
        var per = form.elements[u.dataset.per], n = per ? number(per.value.trim()) : "";
        u.textContent = u.dataset.unit + " per " + (n === "" || n === "1" ? u.dataset.one :
          (n.replace(/\B(?=(\d{3})+$)/g, ",") + " " + u.dataset.many).trim());
      });
    }
    if (form.querySelector(".unit[data-per]")) form.addEventListener("change", show);
  }

  // The search box shows what it finds while somebody types: the arrow keys go through it, Escape closes it.
  function suggest(form) {
    var box = form.querySelector("input[type=search]"), shown = form.querySelector(".suggestions");
    function close() { shown.textContent = ""; }
    form.addEventListener("keydown", function (e) {
      var links = $$(shown, "a"), at = links.indexOf(document.activeElement);
      if (e.key === "Escape" && links.length) { e.preventDefault(); close(); box.focus(); return; }
      var to = e.key === "ArrowDown" ? at + 1 : e.key === "ArrowUp" ? at - 1 : null;
      if (to === null || !links.length || to >= links.length || (at < 0 && to < 0)) return;
      e.preventDefault();
      (to < 0 ? box : links[to]).focus();
    });
    box.addEventListener("input", function () { if (!box.value.trim()) close(); });
    form.addEventListener("focusout", function (e) { if (e.relatedTarget && !form.contains(e.relatedTarget)) close(); });
    document.addEventListener("click", function (e) { if (!form.contains(e.target)) close(); });
  }

  // Lines that are to be pasted elsewhere: a button copies them. Where a browser does not let it, they are selected.
  function copying(box) {
    var lines = box.querySelector("pre"), button = box.querySelector("button"), said = box.querySelector("[role=status]");
    function select() {
      getSelection().selectAllChildren(lines);
      said.textContent = "Selected: copy them with the keys that you copy with";
    }
    button.hidden = false;
    button.addEventListener("click", function () {
      said.textContent = ""; // so that it is said again
      if (!navigator.clipboard) { select(); return; }
      navigator.clipboard.writeText(lines.textContent).then(function () { said.textContent = "Copied"; }, select);
    });
  }

  // On a phone the filters of a list stand behind a button; the chips above the list say what is set.
  function fold(form) {
    var button = form.querySelector(".filter-more");
    if (!button) return;
    function folded(yes) {
      form.classList.toggle("filters-folded", yes);
      button.setAttribute("aria-expanded", yes ? "false" : "true");
    }
    button.hidden = false;
    button.addEventListener("click", function () { folded(!form.classList.contains("filters-folded")); });
    folded(true);
  }

  function start(root) {
    $$(root, "form.filters").forEach(fold);
    $$(root, "[data-copy]").forEach(copying);
    $$(root, "[data-suggest]").forEach(suggest);
    lists();
    $$(root, "form[data-guard]").forEach(guard);
    $$(root, "form").forEach(whens);
    $$(root, "form").forEach(units);
    $$(root, "[data-tabs]").forEach(tabs);
    var first = root.querySelector("[data-focus]");
    if (first) first.focus();
  }
  start(document);
  // What is typed into a search has been looked for when the box is left: the list must not be exchanged once more then,
  // under the hand that ticks a row in it.
  $$(document, "form.filters input[type=search]").forEach(function (box) {
    box.addEventListener("change", function (e) { e.stopPropagation(); });
  });
  // Lists are exchanged by htmx when a search or filter changes.
  function lists() {
    $$(document, "form[data-select]").forEach(function (f) {
      if (!f.dataset.started) { f.dataset.started = "1"; selection(f); }
    });
  }
  document.addEventListener("htmx:after:swap", lists);
})();
