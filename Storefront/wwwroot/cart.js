// What the shopper has chosen and the key of the checkout, kept in this browser.
const cartKey = "shop.cart";
const checkoutKeyName = "shop.checkout";

function read(name, otherwise) {
  try {
    return JSON.parse(localStorage.getItem(name)) ?? otherwise;
  } catch {
    return otherwise;
  }
}

export function readCart() {
  const lines = read(cartKey, []);
  return Array.isArray(lines) ? lines.filter(line => typeof line?.sku === "string" && Number.isInteger(line.quantity)) : [];
}

export function saveCart(lines) {
  localStorage.setItem(cartKey, JSON.stringify(lines));
}

export function checkoutKey(content) {
  const known = read(checkoutKeyName, null);
  if (known?.content === content)
    return known.key;
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
  localStorage.setItem(checkoutKeyName, JSON.stringify({ content, key }));
  return key;
}

export function endCheckout() {
  localStorage.removeItem(checkoutKeyName);
}
