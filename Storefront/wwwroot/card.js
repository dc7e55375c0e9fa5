// Turns the card that was typed into the provider's token. Nothing of the card leaves this file but the token.
const tokens = {
  "4242424242424242": "pm_card_visa",
  "5555555555554444": "pm_card_mastercard",
  "4000000000000002": "pm_card_visa_chargeDeclined",
  "4000000000009995": "pm_card_visa_chargeDeclinedInsufficientFunds",
  "4000000000000341": "pm_card_captureRefused",
  "4000000000000259": "pm_card_slow",
};

const field = id => document.getElementById(id);

export function fill(number) {
  field("card-number").value = number.replace(/(\d{4})(?=\d)/g, "$1 ");
  field("card-expiry").value = "12 / 34";
  field("card-code").value = "123";
}

// Answers { token } or { wrong: "number" | "expiry" | "code" }.
export function tokenize() {
  const number = field("card-number").value.replace(/\D/g, "");
  const expiry = /^\s*(0?[1-9]|1[0-2])\s*[/-]?\s*(?:20)?(\d{2})\s*$/.exec(field("card-expiry").value);
  if (!(number in tokens))
    return wrong("number");
  if (!expiry || new Date(2000 + Number(expiry[2]), Number(expiry[1])) <= new Date())
    return wrong("expiry");
  if (!/^\d{3,4}$/.test(field("card-code").value.trim()))
    return wrong("code");
  return { token: tokens[number] };
}

function wrong(name) {
  field(`card-${name}`).focus();
  return { wrong: name };
}
