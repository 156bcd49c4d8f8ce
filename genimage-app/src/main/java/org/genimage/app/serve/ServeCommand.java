package org.genimage.app.serve;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import org.genimage.app.command.DetectorOptions;
import org.genimage.app.command.ExitCode;
import org.genimage.app.command.Options;
import org.genimage.app.command.Terminal;
import org.genimage.app.command.UsageException;
import org.genimage.models.Batching;
import org.genimage.models.Detector;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Scores images over HTTP until it is stopped. */
@Command(
    name = "serve",
    sortOptions = false,
    description = {
      "Score images over HTTP: a page to drop images on, and an interface for programs.",
      "It listens on this machine alone unless --host says otherwise, and keeps no image. It runs"
          + " until Ctrl-C or SIGTERM stops it; then it answers what it has accepted, and ends."
    },
    footer = {
      "",
      "Examples:",
      "  genimage serve                     then open http://127.0.0.1:8080/",
      "  genimage serve --weights ferretnet-s --port 9000",
      "  curl -s --data-binary @photo.jpg -H 'Content-Type: image/jpeg' \\",
      "    http://127.0.0.1:8080/v1/score",
      "  GENIMAGE_TOKEN=$(openssl rand -hex 32) genimage serve --host 0.0.0.0"
    })
public final class ServeCommand implements Callable<Integer> {

  private static final int MAX_PORT = 65_535;

  /** The environment variable with the token: unlike an option, other users cannot list it. */
  static final String TOKEN = "GENIMAGE_TOKEN";

  @Mixin private DetectorOptions detector = new DetectorOptions();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      defaultValue = "127.0.0.1",
      description = "the address to listen on (default: ${DEFAULT-VALUE}, this machine alone)")
  private String host;

  @Option(
      names = "--port",
      paramLabel = "N",
      defaultValue = "8080",
      description = "the port; 0 takes a free one (default: ${DEFAULT-VALUE})")
  private int port;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description =
          "a file with a token, which clients must send as \"Authorization: Bearer TOKEN\"; the"
              + " environment variable GENIMAGE_TOKEN does the same")
  private Optional<Path> tokenFile = Optional.empty();

  @Option(
      names = "--behind-proxy",
      description =
          "use this if every request comes through a proxy that writes X-Forwarded-For: the last"
              + " entry of that header then names the client")
  private boolean behindProxy;

  @Option(
      names = "--batch",
      paramLabel = "N",
      defaultValue = "16",
      description = "the most images that are scored in one step (default: ${DEFAULT-VALUE})")
  private int batch;

  @Option(
      names = "--max-wait",
      paramLabel = "MS",
      defaultValue = "5",
      description =
          "how long an image waits for others to be scored with, in milliseconds (default:"
              + " ${DEFAULT-VALUE})")
  private int maxWait;

  @Option(
      names = "--capacity",
      paramLabel = "N",
      defaultValue = "256",
      description =
          "the most images that wait or are scored at one time; more are refused with status 429"
              + " (default: ${DEFAULT-VALUE})")
  private int capacity;

  @Option(
      names = "--per-client",
      paramLabel = "N",
      description = "the most of them from one client (default: half of --capacity)")
  private Optional<Integer> perClient = Optional.empty();

  @Option(
      names = "--max-megabytes",
      paramLabel = "N",
      defaultValue = "32",
      description = "the largest file that is accepted, in MiB (default: ${DEFAULT-VALUE})")
  private int megabytes;

  @Option(
      names = "--max-megapixels",
      paramLabel = "N",
      defaultValue = "64",
      description = "the most pixels of an image, in millions (default: ${DEFAULT-VALUE})")
  private int megapixels;

  @Option(
      names = "--max-images",
      paramLabel = "N",
      defaultValue = "16",
      description = "the most images of one request (default: ${DEFAULT-VALUE})")
  private int images;

  @Option(
      names = "--explain-seconds",
      paramLabel = "S",
      defaultValue = "3",
      description =
          "how long an explanation may take while nobody waits for a score, in seconds; 0 offers"
              + " no explanations (default: ${DEFAULT-VALUE})")
  private int explainSeconds;

  @Option(
      names = "--notice",
      paramLabel = "S",
      defaultValue = "0",
      description =
          "how long it accepts requests after the signal to stop, in seconds; /health/ready fails"
              + " meanwhile, so that a load balancer looks elsewhere (default: ${DEFAULT-VALUE})")
  private int notice;

  @Option(
      names = "--drain",
      paramLabel = "S",
      defaultValue = "30",
      description =
          "how long it then takes at most to answer what it accepted, in seconds (default:"
              + " ${DEFAULT-VALUE})")
  private int drain;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    detector.check();
    ServiceSettings settings = settings();
    Terminal terminal = Terminal.of(spec);
    if (settings.token().isEmpty() && !isLoopback(host)) {
      terminal.say(
          "warning: anyone who reaches %s can use this service; set %s to a token", host, TOKEN);
    }
    Detector loaded = detector.load(terminal);
    CountDownLatch stopped = new CountDownLatch(1);
    try {
      Batching batching = batching(loaded);
      ScoringServer server = start(batching, settings);
      Runtime.getRuntime()
          .addShutdownHook(
              new Thread(
                  () -> {
                    server.close();
                    loaded.close();
                    stopped.countDown();
                  },
                  "genimage-stop"));
      terminal.say("%s answers at %s until it is stopped", loaded.name(), server.address());
      spec.commandLine().getOut().println(server.address());
      spec.commandLine().getOut().flush();
    } catch (RuntimeException e) {
      loaded.close();
      throw e;
    }
    try {
      stopped.await(); // the signal ends the process with a code of its own
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return ExitCode.INTERRUPTED;
  }

  private ScoringServer start(Batching batching, ServiceSettings settings) {
    try {
      return ScoringServer.start(batching, settings, log());
    } catch (UncheckedIOException e) {
      throw new UsageException(e.getMessage()); // of the address, which names its options
    }
  }

  private Batching batching(Detector loaded) {
    return loaded.batching().batchSize(batch).maxWait(Duration.ofMillis(maxWait));
  }

  /** Returns what writes a line about each request, with the time, to standard error. */
  private Consumer<String> log() {
    PrintWriter out = spec.commandLine().getErr();
    return line -> {
      synchronized (out) {
        out.println(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line);
        out.flush();
      }
    };
  }

  private ServiceSettings settings() {
    try {
      Options.check(
          port >= 0 && port <= MAX_PORT, "--port must be from 0 to %s, got %s", MAX_PORT, port);
      checkPositive("--batch", batch);
      checkPositive("--max-megabytes", megabytes);
      checkPositive("--max-megapixels", megapixels);
      ServiceLimits limits =
          ServiceLimits.DEFAULT
              .imageBytes((long) megabytes << 20)
              .images(images)
              .pixels(megapixels * 1_000_000L)
              .capacity(capacity, perClient.orElse(Math.max(1, capacity / 2)));
      ServiceTimes times =
          ServiceTimes.DEFAULT
              .explanation(Duration.ofSeconds(explainSeconds))
              .stopping(Duration.ofSeconds(notice), Duration.ofSeconds(drain));
      ServiceSettings settings =
          ServiceSettings.DEFAULT
              .at(host, port)
              .behindProxy(behindProxy)
              .limits(limits)
              .times(times);
      if (maxWait < 0) {
        throw new UsageException("--max-wait: expected 0 or more, found %s".formatted(maxWait));
      }
      return token().map(settings::token).orElse(settings);
    } catch (IllegalArgumentException e) {
      throw new UsageException(e.getMessage());
    }
  }

  private static void checkPositive(String option, int value) {
    if (value <= 0) {
      throw new UsageException("%s: expected 1 or more, found %s".formatted(option, value));
    }
  }

  private Optional<String> token() {
    if (tokenFile.isEmpty()) {
      return Optional.ofNullable(System.getenv(TOKEN)).filter(text -> !text.isEmpty());
    }
    try {
      return Optional.of(Files.readString(tokenFile.get()).strip());
    } catch (CharacterCodingException e) {
      throw new UsageException(
          "--token-file: expected a file with a token, found bytes that are no text in %s; make one"
                  .formatted(tokenFile.get())
              + " with 'openssl rand -hex 32'");
    } catch (IOException e) {
      throw new UsageException(
          "--token-file: expected a file with a token, found %s %s; check the path and permissions"
              .formatted(
                  Files.exists(tokenFile.get()) ? "no readable file at" : "nothing at",
                  tokenFile.get()));
    }
  }

  private static boolean isLoopback(String host) {
    try {
      return InetAddress.getByName(host).isLoopbackAddress();
    } catch (UnknownHostException e) {
      throw new UsageException(
          "--host: expected an address of this machine, found '%s'".formatted(host));
    }
  }
}
