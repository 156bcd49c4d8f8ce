package org.genimage.attacks;

import com.google.common.collect.Lists;
import java.util.List;
import java.util.stream.Stream;
import org.genimage.attacks.CarliniWagner.Abort;
import org.genimage.attacks.CarliniWagner.Rules;
import org.genimage.models.DifferentiableDetector;

/** Attacks with published settings, or with the default settings of a library. */
public enum Preset {
  /**
   * GenImage's supplement, which names FGSM and CW-L2 and no setting: all are inferred. They are
   * those of the two papers that it cites, eps of the second's first figure.
   */
  PAPER(
      "GenImage states no setting; all are inferred: eps 0.007 from Goodfellow et al. 2015, figure"
          + " 1; CW-L2 as its authors' code has it, one image at a time",
      Attacks.fgsm(Budget.linf(0.007)),
      Attacks.cwL2(),
      List.of()),
  /** torchattacks up to 3.2.6, with its quirks; it may be what the supplement used (inferred). */
  TORCHATTACKS_LEGACY(
      "torchattacks up to 3.2.6: no search, c 0.0001, the other logit counts as at least 0, stops"
          + " when the batch's cost has risen at a tenth of the steps",
      Attacks.fgsm(Budget.linf(0.007)),
      Attacks.cwL2()
          .searchSteps(1)
          .steps(1000)
          .constant(1e-4)
          .abort(Abort.SUMMED)
          .rules(Rules.TORCHATTACKS_LEGACY),
      List.of()),
  /** torchattacks 3.5.1. */
  TORCHATTACKS(
      "torchattacks 3.5.1: no search, c 1, 50 steps, both logits count as at least 0",
      Attacks.fgsm(Budget.linf(8 / 255.0)),
      Attacks.cwL2()
          .searchSteps(1)
          .steps(50)
          .constant(1)
          .abort(Abort.SUMMED)
          .rules(Rules.TORCHATTACKS),
      List.of(Attacks.pgd(Budget.linf(8 / 255.0), 2 / 255.0, 10, 0))),
  /** Foolbox 3.3.4. */
  FOOLBOX(
      "Foolbox 3.3.4, where eps is given at the call (8/255 is ours); PGD in 40 steps of eps / 30",
      Attacks.fgsm(Budget.linf(8 / 255.0)),
      Attacks.cwL2().abort(Abort.SUMMED),
      List.of(Attacks.pgd(Budget.linf(8 / 255.0), 8 / 255.0 / 30, 40, 0))),
  /** Ours: stronger than what is usual, within a usual budget. */
  STRONG(
      "ours: CW-L2 without early abort (1,000 steps), PGD in 100 steps",
      Attacks.fgsm(Budget.linf(8 / 255.0)),
      Attacks.cwL2().steps(1000).abort(Abort.NONE),
      List.of(Attacks.pgd(Budget.linf(8 / 255.0), 1 / 255.0, 100, 0)));

  private final String note;
  private final Attack<DifferentiableDetector> fgsm;
  private final CarliniWagner cwL2;
  private final List<Attack<DifferentiableDetector>> others;

  Preset(
      String note,
      Attack<DifferentiableDetector> fgsm,
      CarliniWagner cwL2,
      List<Attack<DifferentiableDetector>> others) {
    this.note = note;
    this.fgsm = fgsm;
    this.cwL2 = cwL2;
    this.others = others;
  }

  /** Returns where the settings come from, and which are inferred. */
  public String note() {
    return note;
  }

  /** Returns the fast gradient sign method. */
  public Attack<DifferentiableDetector> fgsm() {
    return fgsm;
  }

  /** Returns the attack of Carlini and Wagner in L2. */
  public CarliniWagner cwL2() {
    return cwL2;
  }

  /**
   * Returns the attack of this preset that a paper's table names.
   *
   * @param name such as {@code FGSM} or {@code CW-L2}
   * @throws IllegalArgumentException if the preset has no such attack
   */
  public Attack<DifferentiableDetector> attack(String name) {
    return attacks().stream()
        .filter(attack -> attack.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "preset %s has the attacks %s, asked for %s"
                        .formatted(this, Lists.transform(attacks(), Attack::name), name)));
  }

  /** Returns all attacks of this preset. */
  public List<Attack<DifferentiableDetector>> attacks() {
    return Stream.concat(Stream.of(fgsm, cwL2), others.stream()).toList();
  }
}
