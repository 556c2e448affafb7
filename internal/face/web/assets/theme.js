// Sets light or dark from the system before anything is painted, and follows when the system changes.
(function () {
  var dark = window.matchMedia("(prefers-color-scheme: dark)");
  function set() {
    document.documentElement.setAttribute("data-bs-theme", dark.matches ? "dark" : "light");
  }
  dark.addEventListener("change", set);
  set();
  document.documentElement.setAttribute("data-script", "on");
})();
