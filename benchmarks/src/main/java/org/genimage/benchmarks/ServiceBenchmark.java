package org.genimage.benchmarks;

import static org.genimage.benchmarks.Measurements.print;
import static org.genimage.benchmarks.Measurements.secondsSince;

import com.google.common.math.Quantiles;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.genimage.app.Main;
import org.genimage.models.Detector;
import org.genimage.models.Detectors;

/**
 * Loads {@code genimage serve} with requests of keep-alive clients on this machine and compares it
 * with {@link Detector#score(Stream)} over the same files. Then the same load beside a client that
 * asks for explanations; then ten times as many clients as it has capacity for; then the signal to
 * stop in full flight. Linux only.
 *
 * <p>Takes a folder of JPEG files, a weights file, the number of requests (default 20,000), of
 * clients (default 64) and of images of each stream (default as many as requests). Prints one
 * measurement a line. Times of processors are in seconds; {@code service.rate_less_client} is the
 * rate if the client's own processor time, spread over all processors, had not been there.
 */
public final class ServiceBenchmark {

  private static final int PROCESSORS = Runtime.getRuntime().availableProcessors();

  private final List<Path> files;
  private final List<byte[]> requests = new ArrayList<>();
  private final Path weights;

  private ServiceBenchmark(Path folder, Path weights) throws IOException {
    this.weights = weights;
    try (Stream<Path> walk = Files.walk(folder)) {
      files =
          walk.filter(file -> file.toString().toLowerCase(Locale.ROOT).matches(".*jpe?g"))
              .sorted()
              .toList();
    }
    for (Path file : files) {
      byte[] image = Files.readAllBytes(file);
      ByteArrayOutputStream request = new ByteArrayOutputStream();
      String head =
          "POST /v1/score HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/jpeg\r\n"
              + "Content-Length: %s\r\n\r\n".formatted(image.length);
      request.write(head.getBytes(StandardCharsets.ISO_8859_1));
      request.write(image);
      requests.add(request.toByteArray());
    }
  }

  /** Prints one measurement per line. */
  public static void main(String[] arguments) throws Exception {
    Path folder = Path.of(arguments[0]);
    Path weights = Path.of(arguments[1]);
    int count = arguments.length > 2 ? Integer.parseInt(arguments[2]) : 20_000;
    int clients = arguments.length > 3 ? Integer.parseInt(arguments[3]) : 64;
    int streamed = arguments.length > 4 ? Integer.parseInt(arguments[4]) : count;
    ServiceBenchmark benchmark = new ServiceBenchmark(folder, weights);
    print("files", benchmark.files.size());
    double before = benchmark.stream(streamed);
    print("stream.before.rate", before);
    double rate = benchmark.load(count, clients);
    double after = benchmark.stream(streamed);
    print("stream.after.rate", after);
    print("service.rate_less_client_over_stream", rate / ((before + after) / 2));
    benchmark.overload();
    benchmark.stop();
  }

  /** Returns images per second of the library over the files in turn. */
  private double stream(int count) {
    try (Detector detector = Detectors.load(weights)) {
      detector.score(files.stream()).forEach(one -> {}); // warm
      Stream<Path> all = IntStream.range(0, count).mapToObj(i -> files.get(i % files.size()));
      long start = System.nanoTime();
      long scored = detector.score(all).count();
      if (scored != count) {
        throw new IllegalStateException("expected %s scores, got %s".formatted(count, scored));
      }
      return count / secondsSince(start);
    }
  }

  /** A service in a process of its own. */
  private final class Service implements AutoCloseable {

    private final Process process;
    private final URI address;

    private Service(String... options) throws IOException {
      List<String> command = new ArrayList<>();
      Collections.addAll(
          command,
          Path.of(System.getProperty("java.home"), "bin", "java").toString(),
          "-Xmx1g",
          "-cp",
          System.getProperty("java.class.path"),
          Main.class.getName(),
          "serve",
          "--port",
          "0",
          "--weights",
          weights.toString());
      Collections.addAll(command, options);
      process = new ProcessBuilder(command).redirectError(ProcessBuilder.Redirect.DISCARD).start();
      BufferedReader out =
          new BufferedReader(
              new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
      String line = out.readLine();
      if (line == null) {
        throw new IllegalStateException("the service did not start");
      }
      address = URI.create(line);
    }

    private double processorSeconds() {
      return process.info().totalCpuDuration().map(Duration::toMillis).orElse(0L) / 1e3;
    }

    private double megabytes() throws IOException {
      try (Stream<String> lines = Files.lines(Path.of("/proc/" + process.pid() + "/status"))) {
        String line = lines.filter(one -> one.startsWith("VmRSS:")).findFirst().orElseThrow();
        return Double.parseDouble(line.replaceAll("\\D", "")) * 1024 / 1e6;
      }
    }

    private long descriptors() throws IOException {
      try (Stream<Path> open = Files.list(Path.of("/proc/" + process.pid() + "/fd"))) {
        return open.count();
      }
    }

    @Override
    public void close() {
      process.destroy();
      process.onExit().orTimeout(60, TimeUnit.SECONDS).join();
    }
  }

  /** The answers of many clients. */
  private static final class Answers {

    private final Map<String, AtomicInteger> statuses = new ConcurrentSkipListMap<>();
    private final ConcurrentLinkedQueue<Double> milliseconds = new ConcurrentLinkedQueue<>();
    private final ConcurrentLinkedQueue<Double> refusals = new ConcurrentLinkedQueue<>();

    private void add(String status, double time) {
      statuses.computeIfAbsent(status, key -> new AtomicInteger()).incrementAndGet();
      (status.equals("200") ? milliseconds : refusals).add(time);
    }

    private void printPercentiles(String name, ConcurrentLinkedQueue<Double> times) {
      if (!times.isEmpty()) {
        Map<Integer, Double> found =
            new TreeMap<>(Quantiles.percentiles().indexes(50, 95, 99).compute(times));
        found.forEach((percent, value) -> print(name + ".p" + percent + "_ms", value));
      }
    }

    private void printStatuses(String name) {
      statuses.forEach((status, count) -> print(name + ".status_" + status, count.get()));
    }
  }

  /** Sends requests from many connections, each waiting for its answer, and counts the answers. */
  private Answers send(URI address, int count, int clients) throws Exception {
    return send(address, count, clients, new Answers());
  }

  private Answers send(URI address, int count, int clients, Answers answers) throws Exception {
    AtomicInteger next = new AtomicInteger();
    CountDownLatch ended = new CountDownLatch(clients);
    for (int client = 0; client < clients; client++) {
      Thread thread =
          new Thread(
              () -> {
                try {
                  client(address, next, count, answers);
                } finally {
                  ended.countDown();
                }
              });
      thread.setDaemon(true);
      thread.start();
    }
    ended.await();
    return answers;
  }

  private void client(URI address, AtomicInteger next, int count, Answers answers) {
    while (true) {
      try (Socket socket = new Socket(address.getHost(), address.getPort())) {
        socket.setTcpNoDelay(true);
        InputStream in = new BufferedInputStream(socket.getInputStream(), 1 << 16);
        while (true) {
          int i = next.getAndIncrement();
          if (i >= count) {
            return;
          }
          long start = System.nanoTime();
          socket.getOutputStream().write(requests.get(i % requests.size()));
          Answer answer = answer(in);
          answers.add(answer.status(), 1e3 * secondsSince(start));
          if (answer.isLast()) {
            break; // to a new connection
          }
        }
      } catch (IOException e) {
        answers.add(e.getClass().getSimpleName(), 0);
        if (next.get() >= count) {
          return;
        }
      }
    }
  }

  /**
   * An answer.
   *
   * @param status of HTTP
   * @param isLast whether the service closes the connection after it
   */
  private record Answer(String status, boolean isLast) {}

  private static Answer answer(InputStream in) throws IOException {
    String status = line(in);
    int length = 0;
    boolean isLast = false;
    for (String line = line(in); !line.isEmpty(); line = line(in)) {
      if (line.regionMatches(true, 0, "Content-Length:", 0, 15)) {
        length = Integer.parseInt(line.substring(15).strip());
      }
      isLast |= line.equalsIgnoreCase("Connection: close");
    }
    in.skipNBytes(length);
    return new Answer(status.substring(9, 12), isLast);
  }

  private static String line(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("the connection was closed");
      }
      if (b != '\r') {
        line.append((char) b);
      }
    }
    return line.toString();
  }

  private double load(int count, int clients) throws Exception {
    try (Service service = new Service()) {
      send(service.address, Math.max(200, count / 20), clients); // warm
      print("service.start.resident_mb", service.megabytes());
      print("service.start.descriptors", service.descriptors());
      double server = service.processorSeconds();
      double own = ownProcessorSeconds();
      Answers answers = new Answers();
      double seconds = 0;
      for (int tenth = 1; tenth <= 10; tenth++) {
        long start = System.nanoTime();
        send(service.address, count / 10, clients, answers);
        seconds += secondsSince(start);
        print("service.resident_mb_after_" + tenth * (count / 10), service.megabytes());
      }
      own = ownProcessorSeconds() - own;
      print("service.rate", count / 10 * 10 / seconds);
      print("service.client_processor_seconds", own);
      print("service.processor_seconds", service.processorSeconds() - server);
      double rate = count / 10 * 10 / (seconds - own / PROCESSORS);
      print("service.rate_less_client", rate);
      answers.printStatuses("service");
      answers.printPercentiles("service", answers.milliseconds);
      print("service.end.resident_mb", service.megabytes());
      print("service.end.descriptors", service.descriptors());
      explain(service, Math.min(count / 4, 2_000), clients);
      return rate;
    }
  }

  /** The same load while one more client, with an address of its own, asks for explanations. */
  private void explain(Service service, int count, int clients) throws Exception {
    ConcurrentLinkedQueue<Double> milliseconds = new ConcurrentLinkedQueue<>();
    Thread explaining =
        new Thread(
            () -> {
              for (int i = 0; !Thread.currentThread().isInterrupted(); i++) {
                long start = System.nanoTime();
                if (explained(service.address, requests.get(i % requests.size()))) {
                  milliseconds.add(1e3 * secondsSince(start));
                }
              }
            });
    explaining.start();
    long start = System.nanoTime();
    Answers answers = send(service.address, count, clients);
    print("explaining.rate", count / secondsSince(start));
    answers.printStatuses("explaining");
    answers.printPercentiles("explaining", answers.milliseconds);
    print("explaining.explanations", milliseconds.size());
    answers.printPercentiles("explaining.explanation", milliseconds);
    explaining.interrupt();
    explaining.join();
  }

  private static boolean explained(URI address, byte[] request) {
    try (Socket socket =
        new Socket(
            InetAddress.getByName(address.getHost()),
            address.getPort(),
            InetAddress.getByName("127.0.0.2"),
            0)) {
      String path = "POST /v1/score?explain=true";
      socket.getOutputStream().write(path.getBytes(StandardCharsets.ISO_8859_1));
      int after = "POST /v1/score".length();
      socket.getOutputStream().write(request, after, request.length - after);
      return answer(new BufferedInputStream(socket.getInputStream())).status().equals("200");
    } catch (IOException e) {
      return false;
    }
  }

  private static double ownProcessorSeconds() {
    return ProcessHandle.current().info().totalCpuDuration().map(Duration::toMillis).orElse(0L)
        / 1e3;
  }

  private void overload() throws Exception {
    try (Service service = new Service("--capacity", "16", "--per-client", "16")) {
      send(service.address, 100, 8);
      Answers answers = send(service.address, 5_000, 160);
      answers.printStatuses("overload");
      answers.printPercentiles("overload.scored", answers.milliseconds);
      answers.printPercentiles("overload.refused", answers.refusals);
      send(service.address, 100, 8).printStatuses("after_overload");
    }
  }

  private void stop() throws Exception {
    Service service = new Service();
    send(service.address, 100, 8);
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < 64; i++) {
      Socket socket = new Socket(service.address.getHost(), service.address.getPort());
      socket.getOutputStream().write(requests.get(i % requests.size()));
      sockets.add(socket);
    }
    Thread.sleep(100); // so that all have arrived
    service.process.destroy();
    int answered = 0;
    for (Socket socket : sockets) {
      try (socket) {
        answered +=
            answer(new BufferedInputStream(socket.getInputStream())).status().equals("200") ? 1 : 0;
      } catch (IOException e) {
        // not answered
      }
    }
    print("terminated.sent", sockets.size());
    print("terminated.answered", answered);
    service.close();
  }
}
