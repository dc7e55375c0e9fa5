// While the server is away Blazor marks the dialog with a class; a page that the server has forgotten is loaded anew.
const dialog = document.getElementById("components-reconnect-modal");

function show() {
  const classes = dialog.classList;
  if (classes.contains("components-reconnect-show") || classes.contains("components-reconnect-failed")) {
    if (!dialog.open)
      dialog.showModal();
  } else if (dialog.open) {
    dialog.close();
  }

  if (classes.contains("components-reconnect-rejected") || classes.contains("components-reconnect-failed"))
    reloadWhenBack();
}

let waiting = false;

async function reloadWhenBack() {
  if (waiting)
    return;
  waiting = true;
  for (;;) {
    try {
      if ((await fetch("/health/live", { cache: "no-store" })).ok)
        break;
    } catch {
      // Still away.
    }

    await new Promise(resolve => setTimeout(resolve, 1000));
  }

  location.reload();
}

new MutationObserver(show).observe(dialog, { attributes: true, attributeFilter: ["class"] });

// Blazor only scrolls to what a link on the same page names, and the next tab would go through the menu after all.
document.addEventListener("click", event => {
  if (!event.target.closest?.(".skip"))
    return;
  event.preventDefault();
  document.getElementById("main").focus();
}, { capture: true });
document.getElementById("reconnect-reload").addEventListener("click", () => location.reload());
