package org.genimage.train;

import java.lang.reflect.Constructor;
import java.lang.reflect.Field;
import java.lang.reflect.InaccessibleObjectException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.bytedeco.javacpp.BytePointer;
import org.genimage.models.internal.SessionSettings;
import org.tensorflow.Graph;
import org.tensorflow.Server;
import org.tensorflow.Session;
import org.tensorflow.internal.c_api.TF_Graph;
import org.tensorflow.internal.c_api.TF_Session;
import org.tensorflow.internal.c_api.TF_SessionOptions;
import org.tensorflow.internal.c_api.TF_Status;
import org.tensorflow.internal.c_api.global.tensorflow;
import org.tensorflow.proto.ClusterDef;
import org.tensorflow.proto.ConfigProto;
import org.tensorflow.proto.JobDef;
import org.tensorflow.proto.RunOptions;
import org.tensorflow.proto.ServerDef;

/** A worker's gRPC server, on TensorFlow's own runtime, and the sessions that run on it. */
final class ClusterServer {

  /** For runs with collective operations; by its key the workers agree on a run's number. */
  private static final RunOptions RUN =
      RunOptions.newBuilder()
          .setExperimental(RunOptions.Experimental.newBuilder().setCollectiveGraphKey(1))
          .build();

  private static final String JOB = "worker";
  private static final String LEADER = "/job:" + JOB + "/replica:0/task:0";
  private static final String OPENS = "--add-opens tensorflow/org.tensorflow=org.genimage.train";

  /** TensorFlow cannot stop a server, so each stays until the JVM ends. */
  private static final Map<String, Server> SERVERS = new ConcurrentHashMap<>();

  private final Cluster cluster;

  ClusterServer(Cluster cluster) {
    this.cluster = cluster;
  }

  /** Opens a session on this worker's server. */
  Session open(Graph graph, ConfigProto config) {
    SERVERS.computeIfAbsent(cluster.workers() + " " + cluster.index(), key -> start(config));
    String target = "grpc://" + cluster.workers().get(cluster.index());
    // Session's constructors take no target.
    try (TF_Status status = TF_Status.newStatus();
        TF_SessionOptions options = TF_SessionOptions.newSessionOptions();
        BytePointer bytes =
            new BytePointer(SessionSettings.onCluster(config, process(), LEADER).toByteArray())) {
      TF_Graph handle = handle(graph);
      Constructor<Session> constructor =
          Session.class.getDeclaredConstructor(Graph.class, TF_Session.class);
      constructor.setAccessible(true);
      tensorflow.TF_SetTarget(options, target);
      tensorflow.TF_SetConfig(options, bytes, bytes.capacity(), status);
      status.throwExceptionIfNotOK();
      TF_Session session = TF_Session.newSession(handle, options, status);
      status.throwExceptionIfNotOK();
      session.retainReference();
      try {
        return constructor.newInstance(graph, session);
      } catch (ReflectiveOperationException | RuntimeException | Error e) {
        session.releaseReference();
        throw e;
      }
    } catch (ReflectiveOperationException | RuntimeException e) {
      throw new IllegalStateException(
          "worker %s (%s) cannot open its session: %s; on the module path start the JVM with %s"
              .formatted(cluster.index(), target, e, OPENS),
          e);
    }
  }

  /** Returns the native graph. */
  static TF_Graph handle(Graph graph) {
    try {
      Field handle = Graph.class.getDeclaredField("nativeHandle");
      handle.setAccessible(true);
      return (TF_Graph) handle.get(graph);
    } catch (ReflectiveOperationException | InaccessibleObjectException e) {
      throw new IllegalStateException(
          "TensorFlow's graph cannot be reached: %s; on the module path start the JVM with %s"
              .formatted(e.getMessage(), OPENS),
          e);
    }
  }

  /** Prepares a run with collective operations. */
  void prepare(Session.Runner run) {
    run.setOptions(RUN);
  }

  /** Returns the name of this worker's process, which begins the names of its devices. */
  String process() {
    return "/job:" + JOB + "/task:" + cluster.index();
  }

  private Server start(ConfigProto config) {
    JobDef.Builder job = JobDef.newBuilder().setName(JOB);
    for (int i = 0; i < cluster.workers().size(); i++) {
      job.putTasks(i, cluster.workers().get(i));
    }
    ServerDef description =
        ServerDef.newBuilder()
            .setCluster(ClusterDef.newBuilder().addJob(job))
            .setJobName(JOB)
            .setTaskIndex(cluster.index())
            .setProtocol("grpc")
            .setDefaultSessionConfig(SessionSettings.server(config, process(), LEADER))
            .build();
    try {
      Server server = new Server(description);
      server.start();
      return server;
    } catch (RuntimeException e) {
      throw new IllegalStateException(
          ("worker %s cannot listen at %s (%s): another program or an earlier run uses the port;"
                  + " stop it or choose another port in the list of all workers")
              .formatted(cluster.index(), cluster.workers().get(cluster.index()), e.getMessage()),
          e);
    }
  }
}
