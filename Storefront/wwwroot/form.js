// Takes whoever sent a form to the first field that is to be corrected: on a phone it may be far above the button.
export function focusWrong() {
  document.querySelector('main [aria-invalid="true"]')?.focus();
}
