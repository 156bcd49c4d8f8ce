package org.genimage.train;

import com.google.common.base.Throwables;
import com.google.common.hash.Hashing;
import com.google.common.net.HostAndPort;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.genimage.data.internal.GraphOps;
import org.genimage.models.internal.SessionSettings;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Session;
import org.tensorflow.exceptions.TensorFlowException;
import org.tensorflow.ndarray.buffer.DataBuffers;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.types.TFloat32;

/**
 * The workers of a cluster, each a process. A step exchanges gradients inside its graph; here is
 * what they exchange before and after.
 */
final class ClusterGroup implements ProcessGroup {

  private static final System.Logger LOGGER = System.getLogger(ClusterGroup.class.getName());

  /** A server remembers the shape that belongs to a key: each graph on it has keys of its own. */
  private static final Map<String, AtomicInteger> GRAPHS = new ConcurrentHashMap<>();

  private static final int KEYS = 10_000;

  private static final int CONNECT_MILLIS = 1000;
  private static final int PAUSE_MILLIS = 100;
  private static final Duration SLACK = Duration.ofSeconds(2);
  private static final Duration LINGER = Duration.ofSeconds(5);

  private final Cluster cluster;
  private final ClusterServer server;

  ClusterGroup(Cluster cluster) {
    this.cluster = cluster;
    this.server = new ClusterServer(cluster);
  }

  @Override
  public int size() {
    return cluster.workers().size();
  }

  @Override
  public int rank() {
    return cluster.index();
  }

  @Override
  public boolean wholeBatches() {
    return true;
  }

  @Override
  public Session open(Graph graph, ConfigProto config) {
    return server.open(graph, config);
  }

  @Override
  public void prepare(Session.Runner run) {
    server.prepare(run);
  }

  @Override
  public String devicePrefix() {
    return server.process();
  }

  @Override
  public int newKeys() {
    String name = cluster.workers() + " " + cluster.index();
    return KEYS * GRAPHS.computeIfAbsent(name, key -> new AtomicInteger()).getAndIncrement();
  }

  @Override
  public float timeoutSeconds() {
    return cluster.timeout().toSeconds();
  }

  // TensorFlow would wait for the first worker without a limit.
  @Override
  public void gather() {
    long begin = System.nanoTime();
    List<Integer> missing = missing();
    while (!missing.isEmpty()) {
      if (System.nanoTime() - begin > cluster.timeout().toNanos()) {
        throw new IllegalStateException(
            ("%s waited %s for %s and could not connect; start all workers with the same list of"
                    + " workers, and check that no firewall blocks the ports between them")
                .formatted(own(), seconds(), names(missing)));
      }
      try {
        Thread.sleep(PAUSE_MILLIS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new CancellationException("interrupted while waiting for other workers");
      }
      missing = missing();
    }
  }

  private List<Integer> missing() {
    return IntStream.range(0, size())
        .filter(worker -> worker != cluster.index() && !accepts(cluster.workers().get(worker)))
        .boxed()
        .toList();
  }

  private static boolean accepts(String worker) {
    HostAndPort address = HostAndPort.fromString(worker);
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(address.getHost(), address.getPort()), CONNECT_MILLIS);
      // A socket may get the very port that it looks for, and find itself.
      return !socket.getLocalSocketAddress().equals(socket.getRemoteSocketAddress());
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void agree(Map<String, String> settings) {
    float[] own = new float[settings.size()];
    List<String> names = settings.keySet().stream().sorted().toList();
    for (int i = 0; i < own.length; i++) {
      // 16 bits, so that 32-bit floats add up without rounding.
      String value = settings.get(names.get(i));
      own[i] = Hashing.sha256().hashString(value, StandardCharsets.UTF_8).asInt() >>> 16;
    }
    float[] means = means(own);
    List<String> differing = new ArrayList<>();
    for (int i = 0; i < own.length; i++) {
      if (Math.abs(means[i] - own[i]) * size() > 0.5) {
        differing.add(names.get(i));
      }
    }
    if (!differing.isEmpty()) {
      throw new IllegalStateException(
          ("%s has other settings than the other workers: %s differ; give all workers the same"
                  + " settings, data and checkpoint folder, and restart all")
              .formatted(own(), String.join(", ", differing)));
    }
  }

  @Override
  public long[] sums(int... counts) {
    float[] own = new float[counts.length];
    for (int i = 0; i < own.length; i++) {
      own[i] = counts[i];
    }
    float[] means = means(own);
    return IntStream.range(0, own.length)
        .mapToLong(i -> Math.round((double) means[i] * size()))
        .toArray();
  }

  private float[] means(float[] own) {
    // On another thread: a call to a first worker that hangs does not return, whatever its limit.
    FutureTask<float[]> call = new FutureTask<>(() -> calculate(own));
    Thread thread = new Thread(call, "genimage-cluster");
    thread.setDaemon(true);
    thread.start();
    long begin = System.nanoTime();
    try {
      while (true) {
        try {
          return call.get(1, TimeUnit.SECONDS);
        } catch (TimeoutException e) {
          // TensorFlow does not notice it when a worker dies before their first common step.
          if (!missing().isEmpty()) {
            throw gone(e);
          }
          if (System.nanoTime() - begin > cluster.timeout().plus(SLACK).toNanos()) {
            throw hung(e);
          }
        }
      }
    } catch (ExecutionException e) {
      Throwables.throwIfInstanceOf(e.getCause(), Error.class);
      throw explained((RuntimeException) e.getCause()); // It declares no other.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new CancellationException("interrupted while waiting for other workers");
    }
  }

  private float[] calculate(float[] own) {
    float[] means = new float[own.length];
    try (Graph graph = new Graph()) {
      Ops tf = GraphOps.of(graph);
      Operand<TFloat32> mean =
          Replicas.of(Execution.PLAIN.group(this), List.of()).meanOfCounts(tf, tf.constant(own));
      try (Session session = open(graph, SessionSettings.exchange())) {
        Session.Runner run = session.runner().fetch(mean);
        prepare(run);
        try (var result = run.run()) {
          ((TFloat32) result.get(0)).copyTo(DataBuffers.of(means));
        }
      }
    }
    return means;
  }

  @Override
  public RuntimeException explained(RuntimeException failure) {
    String message = String.valueOf(failure.getMessage());
    if (message.contains("timed out")) {
      return hung(failure);
    }
    // The other kinds, such as memory that is exhausted, have classes of their own.
    if (failure.getClass() != TensorFlowException.class && !message.contains("Collective")) {
      return failure;
    }
    return gone(failure);
  }

  private IllegalStateException gone(Exception failure) {
    List<Integer> missing = missing();
    // The system closes a dead process's connections before it stops listening for it.
    for (int i = 0; missing.isEmpty() && i < SLACK.toMillis() / PAUSE_MILLIS; i++) {
      Uninterruptibles.sleepUninterruptibly(Duration.ofMillis(PAUSE_MILLIS));
      missing = missing();
    }
    String lost = missing.isEmpty() ? "another worker" : names(missing);
    return ended("lost the connection to " + lost + "; its log may state the cause", failure);
  }

  private IllegalStateException hung(Exception failure) {
    String what =
        "waited %s for another worker, which hangs, is too slow or cannot be reached"
            .formatted(seconds());
    // Logged at once: after a timeout TensorFlow 2.18 may crash when one of the others ends first.
    LOGGER.log(Level.ERROR, own() + " " + what);
    List<Integer> missing = missing();
    // The others began to wait a little later: they are to time out, too, not to lose this one.
    Uninterruptibles.sleepUninterruptibly(LINGER);
    return ended(
        missing.isEmpty() ? what : what + " (no connection to " + names(missing) + ")", failure);
  }

  private IllegalStateException ended(String what, Exception failure) {
    return new IllegalStateException(
        "%s %s; restart all workers: training resumes from the last checkpoint"
            .formatted(own(), what),
        failure);
  }

  private String own() {
    return names(List.of(cluster.index()));
  }

  private String names(List<Integer> workers) {
    return workers.stream()
        .map(worker -> "worker %s (%s)".formatted(worker, cluster.workers().get(worker)))
        .collect(Collectors.joining(", "));
  }

  private String seconds() {
    return cluster.timeout().toSeconds() + " s";
  }
}
