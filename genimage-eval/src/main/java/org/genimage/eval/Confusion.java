package org.genimage.eval;

/** The four counts of decisions and labels, AI being positive. */
record Confusion(long trueAi, long falseAi, long trueNature, long falseNature) {

  double precision() {
    return ratio(trueAi, trueAi + falseAi);
  }

  double recall() {
    return ratio(trueAi, trueAi + falseNature);
  }

  double f1() {
    return ratio(2.0 * trueAi, 2 * trueAi + falseAi + falseNature);
  }

  double matthews() {
    double ai = (double) trueAi + falseNature;
    double nature = (double) trueNature + falseAi;
    double saidAi = (double) trueAi + falseAi;
    double saidNature = (double) trueNature + falseNature;
    return ratio(
        (double) trueAi * trueNature - (double) falseAi * falseNature,
        Math.sqrt(ai * nature * saidAi * saidNature));
  }

  private static double ratio(double part, double whole) {
    return whole == 0 ? 0 : part / whole;
  }
}
