package org.genimage.train;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.bytedeco.javacpp.BytePointer;
import org.tensorflow.Graph;
import org.tensorflow.Operand;
import org.tensorflow.Output;
import org.tensorflow.Server;
import org.tensorflow.Session;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.op.Ops;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.ServerDef;
import org.tensorflow.types.TFloat32;

/**
 * A process's place among the workers of a cluster, on TensorFlow's own runtime: a gRPC server, a
 * session that runs on it, and means over all workers.
 */
final class Workers {

  /** For runs with collective operations; by its key the workers agree on a run's number. */
  static final RunOptions RUN =
      RunOptions.newBuilder()
          .setExperimental(RunOptions.Experimental.newBuilder().setCollectiveGraphKey(1))
          .build();

  private static final String JOB = "worker";

  /** TensorFlow cannot stop a server: one per cluster lives as long as the JVM. */
  private static final Map<String, Server> SERVERS = new ConcurrentHashMap<>();

  /** TensorFlow remembers the shape that belongs to a key: each mean of a JVM has its own. */
  private static final AtomicInteger MEANS = new AtomicInteger();

  private final Cluster cluster;

  Workers(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Returns the mean of an operand over all workers; they must ask in the same order. */
  Operand<TFloat32> mean(Ops tf, Operand<TFloat32> x) {
    int key = MEANS.incrementAndGet();
    Graph graph = (Graph) tf.scope().env();
    return graph
        .opBuilder("CollectiveReduceV2", "mean_over_workers_" + key, tf.scope())
        .addInput(x.asOutput())
        .addInput(tf.constant(cluster.size()).asOutput())
        .addInput(tf.constant(1).asOutput())
        .addInput(tf.constant(key).asOutput())
        .addInputList(new Output<?>[0]) // no tokens that order it
        .setDevice("/job:" + JOB + "/task:" + cluster.index() + "/device:CPU:0")
        .setAttr("merge_op", "Add")
        .setAttr("final_op", "Div")
        .setAttr("timeout_seconds", (float) cluster.timeout().toSeconds())
        .build()
        .<TFloat32>output(0);
  }

  /** Opens a session on this worker's server. */
  Session open(Graph graph, ConfigProto config) {
    SERVERS.computeIfAbsent(cluster.workers() + " " + cluster.index(), key -> start());
    String target = "grpc://" + cluster.workers().get(cluster.index());
    // Session's constructors take no target.
    try (TF_Status status = TF_Status.newStatus();
        TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
        BytePointer bytes = new BytePointer(located(config).toByteArray())) {
      Field handle = Graph.class.getDeclaredField("nativeHandle");
      handle.setAccessible(true);
      Constructor<Session> constructor =
          Session.class.getDeclaredConstructor(Graph.class, TF_Session.class);
      constructor.setAccessible(true);
      tensorflow.TF_SetTarget(options, target);
      tensorflow.TF_SetConfig(options, bytes, bytes.capacity(), status);
      status.throwExceptionIfNotOK();
      TF_Session session = TF_Session.newSession((TF_Graph) handle.get(graph), options, status);
      status.throwExceptionIfNotOK();
      session.retainReference();
      return constructor.newInstance(graph, session);
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "worker %d (%s) cannot open its session: %s; on the module path start the JVM with"
                  .formatted(cluster.index(), target, e)
              + " --add-opens tensorflow/org.tensorflow=org.genimage.train",
          e);
    }
  }

  private ConfigProto located(ConfigProto config) {
    ConfigProto.Builder own =
        config.toBuilder()
            .setIsolateSessionState(true)
            .addDeviceFilters("/job:" + JOB + "/task:" + cluster.index());
    own.getExperimentalBuilder()
        .setCollectiveGroupLeader("/job:%s/replica:0/task:0".formatted(JOB));
    return own.build();
  }

  private Server start() {
    JobDef.Builder job = JobDef.newBuilder().setName(JOB);
    for (int i = 0; i < cluster.size(); i++) {
      job.putTasks(i, cluster.workers().get(i));
    }
    ServerDef description =
        ServerDef.newBuilder()
            .setCluster(ClusterDef.newBuilder().addJob(job))
            .setJobName(JOB)
            .setTaskIndex(cluster.index())
            .setProtocol("grpc")
            .setDefaultSessionConfig(located(ConfigProto.getDefaultInstance()))
            .build();
    try {
      Server server = new Server(description);
      server.start();
      return server;
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          ("worker %d cannot listen at %s (%s): another program, or an earlier run, has the port;"
                  + " end that or choose another port for all workers")
              .formatted(cluster.index(), cluster.workers().get(cluster.index()), e.getMessage()),
          e);
    }
  }
}
