/** Metrics, evaluation per generator and reports for GenImage's detectors. */
module org.genimage.eval {
  requires transitive org.genimage.models;
  requires transitive org.genimage.data;
  requires com.fasterxml.jackson.databind;
  requires com.google.common;
  requires org.apache.commons.statistics.distribution;

  exports org.genimage.eval;
  exports org.genimage.eval.alignment;
  exports org.genimage.eval.explanation;
  exports org.genimage.eval.leaderboard;
  exports org.genimage.eval.protocol;
  exports org.genimage.eval.report;
  exports org.genimage.eval.robustness;
  exports org.genimage.eval.statistics;
  exports org.genimage.eval.verdict;
}
