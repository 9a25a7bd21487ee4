/* The form at the door: what is not asked after another answer is not shown. Without
   scripts everything is shown, and what does not belong is left out when saved. */
(() => {
  "use strict";
  const form = document.getElementById("ask");
  if (!form) return;
  const asks = [...form.querySelectorAll(".ask[data-if]")];
  const given = (name) => [...form.querySelectorAll(`[name="${name}"]`)]
    .filter((el) => el.checked)
    .map((el) => el.value);
  const draw = () => {
    const answered = given("outcome").includes("answered");
    for (const ask of asks) {
      const fits = ask.dataset.if === "outcome" || given(ask.dataset.if).includes(ask.dataset.is);
      ask.classList.toggle("off", !(answered && fits));
    }
  };
  form.addEventListener("change", draw);
  draw();
})();
