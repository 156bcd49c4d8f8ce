/** The command line and the scoring service. They export nothing: the modules are the API. */
@SuppressWarnings("requires-automatic") // Micrometer has no descriptors
module org.genimage.app {
  requires com.fasterxml.jackson.databind;
  requires com.google.common;
  requires info.picocli;
  requires java.logging;
  requires micrometer.core;
  requires micrometer.registry.prometheus;
  requires org.eclipse.jetty.server;
  requires org.genimage.attacks;
  requires org.genimage.eval;
  requires org.genimage.train;

  opens org.genimage.app to
      info.picocli;
  opens org.genimage.app.command to
      info.picocli;
  opens org.genimage.app.leaderboard to
      info.picocli;
  opens org.genimage.app.real to
      info.picocli;
  opens org.genimage.app.serve to
      info.picocli;
}
