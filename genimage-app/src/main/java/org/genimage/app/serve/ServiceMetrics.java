package org.genimage.app.serve;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.FileDescriptorMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.Duration;
import java.util.function.Supplier;
import org.genimage.models.DetectorService;

/**
 * The figures at {@code /metrics}. No label has values that a client chooses, so their number is
 * bounded.
 */
final class ServiceMetrics implements AutoCloseable {

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final DistributionSummary batches;
  private final Timer batchTime;
  private final Timer explanations;
  private final Counter left;

  ServiceMetrics() {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new FileDescriptorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    batches =
        DistributionSummary.builder("genimage.batch.size")
            .description("Images of a batch")
            .serviceLevelObjectives(1, 2, 4, 8, 16, 32, 64)
            .register(registry);
    batchTime =
        Timer.builder("genimage.batch")
            .description("Time in which the detector scores a batch")
            .register(registry);
    explanations =
        Timer.builder("genimage.explanations")
            .description("Explanations and the time that each took")
            .register(registry);
    left =
        Counter.builder("genimage.clients.left")
            .description("Requests whose client left before the answer")
            .register(registry);
  }

  /** Returns what tells these figures of batches. */
  DetectorService.Listener listener() {
    return new DetectorService.Listener() {
      @Override
      public void scored(int images, Duration time) {
        batches.record(images);
        batchTime.record(time);
      }
    };
  }

  /** Begins to watch how full the service is. */
  void watch(FairQueue queue, DetectorService service) {
    gauge("genimage.images.open", "Images that arrive, wait or are being scored", queue::open);
    gauge(
        "genimage.queue.depth",
        "Images that wait for their turn or for their batch",
        () -> queue.waiting() + service.waiting());
    gauge("genimage.requests.scoring", "Scores that the detector owes", service::unanswered);
  }

  private void gauge(String name, String description, Supplier<Number> value) {
    Gauge.builder(name, value).description(description).register(registry);
  }

  /**
   * A request was answered.
   *
   * @param route one of a fixed set
   */
  void answered(String method, String route, int status, long nanos) {
    Timer.builder("http.server.requests")
        .description("Requests and their time, from the headers to the end of the answer")
        .tag("method", method)
        .tag("route", route)
        .tag("status", Integer.toString(status))
        .serviceLevelObjectives(
            Duration.ofMillis(10),
            Duration.ofMillis(25),
            Duration.ofMillis(50),
            Duration.ofMillis(100),
            Duration.ofMillis(250),
            Duration.ofMillis(500),
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(30),
            Duration.ofSeconds(60))
        .register(registry)
        .record(Duration.ofNanos(nanos));
    if (status == Exchange.LEFT) {
      left.increment();
    }
  }

  void explained(Duration time) {
    explanations.record(time);
  }

  void verdict(String verdict) {
    Counter.builder("genimage.verdicts")
        .description("Scored images by verdict")
        .tag("verdict", verdict)
        .register(registry)
        .increment();
  }

  /** A request, or an image of it, got a problem instead of a score. */
  void refused(Problem problem) {
    Counter.builder("genimage.refusals")
        .description("Requests and images without a score, by reason")
        .tag("reason", problem.code())
        .register(registry)
        .increment();
  }

  String text() {
    return registry.scrape();
  }

  @Override
  public void close() {
    registry.close();
  }
}
