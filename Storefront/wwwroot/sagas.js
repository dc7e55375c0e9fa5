// The operator's own views of the list, kept in this browser, and files that are saved from the page.
const viewsKey = "shop.sagaViews";

export function readViews() {
  try {
    const views = JSON.parse(localStorage.getItem(viewsKey));
    return Array.isArray(views) ? views.filter(view => typeof view?.name === "string" && typeof view.query === "string") : [];
  } catch {
    return [];
  }
}

export function saveViews(views) {
  localStorage.setItem(viewsKey, JSON.stringify(views));
}

export async function save(name, stream) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([await stream.arrayBuffer()], { type: "application/json" }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
