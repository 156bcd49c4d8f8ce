package org.genimage.data.internal;

import com.google.common.base.Throwables;
import com.google.common.util.concurrent.Uninterruptibles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.net.JarURLConnection;
import java.net.URL;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.function.Predicate;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.tensorflow.TensorFlow;

/**
 * Loads TensorFlow's native library. All code of genimage that uses TensorFlow calls {@link
 * #prepare} first.
 *
 * <p>JavaCPP throws OutOfMemoryError when the process uses more than four times -Xmx. The limit is
 * meant for programs that leak. genimage closes what it opens, and a service with a small heap
 * would exceed the limit, so this class removes it. Users who set the properties keep their values.
 */
public final class NativeRuntime {

  private static final System.Logger LOGGER = System.getLogger(NativeRuntime.class.getName());
  private static final String ARTIFACT = "org.tensorflow:tensorflow-core-native";
  private static final List<String> CPU =
      List.of("linux-x86_64", "linux-arm64", "macosx-arm64", "windows-x86_64");
  private static final String GPU = "-gpu";
  private static volatile boolean loaded;
  private static Optional<LinkageError> failure = Optional.empty();

  static {
    setUnlessSet("org.bytedeco.javacpp.maxBytes", "0");
    setUnlessSet("org.bytedeco.javacpp.maxPhysicalBytes", "0");
  }

  private NativeRuntime() {}

  /**
   * Loads TensorFlow's native library at the first call. Later calls do nothing. A thread that is
   * interrupted meanwhile stays interrupted, and the library is loaded all the same.
   *
   * @throws IllegalStateException if the class path has no native library or two, or it cannot be
   *     unpacked or loaded; the message says what to do. A later call says the same again
   */
  public static void prepare() {
    if (!loaded) {
      loadAside();
    }
  }

  /** On another thread: an interrupt would close the files that are unpacked, for everyone. */
  private static void loadAside() {
    FutureTask<Void> loading = new FutureTask<>(NativeRuntime::load, null);
    start(loading);
    try {
      Uninterruptibles.getUninterruptibly(loading);
    } catch (ExecutionException e) {
      Throwables.throwIfUnchecked(e.getCause());
      throw new IllegalStateException(e.getCause());
    }
  }

  private static void start(Runnable work) {
    Thread thread = new Thread(work, "genimage-native-library");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Begins to load it on another thread and returns at once. Programs call this before they read
   * weights, which takes as long. {@link #prepare} waits for it, and says what went wrong.
   */
  public static void prepareAhead() {
    if (!loaded) {
      start(NativeRuntime::loadQuietly);
    }
  }

  private static void loadQuietly() {
    try {
      load();
    } catch (RuntimeException e) {
      LOGGER.log(Level.DEBUG, "{0}", e); // said again by prepare()
    }
  }

  private static synchronized void load() {
    if (loaded) {
      return;
    }
    String platform = Loader.getPlatform();
    List<URL> libraries =
        Stream.of(platform, platform + GPU).flatMap(name -> library(name).stream()).toList();
    if (libraries.size() > 1) {
      throw new IllegalStateException(
          "expected one native library of TensorFlow on the class path, found the CPU's and the"
              + " GPU's: remove one of %s with classifier %s and %s-gpu"
                  .formatted(ARTIFACT, platform, platform));
    }
    boolean gpu = library(platform + GPU).isPresent();
    boolean done =
        failure.isEmpty()
            && !gpu
            && LibraryByPath.isPossible()
            && libraries.stream().findFirst().filter(NativeRuntime::isLoadedByPath).isPresent();
    if (done) {
      loaded = true;
      return;
    }
    libraries.forEach(NativeRuntime::checkFolder);
    libraries.forEach(library -> announce("TensorFlow's native library", library, entry -> true));
    if (gpu) {
      CudaLibraries.preload();
    }
    failure = failure.or(NativeRuntime::tryLoading);
    if (failure.isPresent()) {
      throw new IllegalStateException(
          libraries.isEmpty()
              ? missing(platform)
              : "TensorFlow's native library for %s cannot be loaded: %s"
                  .formatted(platform, Throwables.getRootCause(failure.get()).getMessage()),
          failure.get());
    }
    loaded = true;
  }

  /** Loads a library in a jar by its path, once it is unpacked; returns whether that worked. */
  private static boolean isLoadedByPath(URL library) {
    try {
      Optional<Path> file = UnpackedLibrary.file(library);
      file.ifPresent(LibraryByPath::load);
      return file.isPresent();
    } catch (IOException e) {
      throw new IllegalStateException(
          "TensorFlow's native library cannot be unpacked: " + WholeFiles.reason(e), e);
    } catch (LinkageError e) {
      LOGGER.log(Level.DEBUG, "TensorFlow''s native library is left to JavaCPP: {0}", e);
      return false;
    }
  }

  /** Returns what went wrong. Java tries once: later it only says that it has failed before. */
  private static Optional<LinkageError> tryLoading() {
    try {
      TensorFlow.version();
      return Optional.empty();
    } catch (LinkageError e) {
      return Optional.of(e);
    }
  }

  /** A library in a jar is copied out of it before it is loaded. */
  private static void checkFolder(URL library) {
    if (library.getProtocol().equals("jar")) {
      cache();
    }
  }

  /**
   * Returns the folder in which JavaCPP unpacks.
   *
   * @throws IllegalStateException if there is none that can be written, or only one that others can
   *     write, too
   */
  static Path cache() {
    try {
      Path cache = Loader.getCacheDir().toPath();
      TemporaryCache.check(cache);
      return cache;
    } catch (IOException e) {
      throw new IllegalStateException(
          "expected a folder to unpack TensorFlow's native library into, found neither %s nor %s"
                  .formatted(System.getProperty("user.home"), System.getProperty("java.io.tmpdir"))
              + " writable; name one with 1 GB of free space by the Java option"
              + " -Dorg.bytedeco.javacpp.cachedir=FOLDER",
          e);
    }
  }

  /**
   * Returns the classifier of the native library on the class path, such as {@code linux-x86_64} or
   * {@code linux-x86_64-gpu}; empty if it comes from somewhere else.
   */
  public static Optional<String> classifier() {
    String platform = Loader.getPlatform();
    return Stream.of(platform, platform + GPU)
        .filter(name -> library(name).isPresent())
        .findFirst();
  }

  private static Optional<URL> library(String folder) {
    String name = System.mapLibraryName("jnitensorflow");
    return Optional.ofNullable(
        TensorFlow.class
            .getClassLoader()
            .getResource("org/tensorflow/internal/c_api/%s/%s".formatted(folder, name)));
  }

  private static String missing(String platform) {
    return CPU.contains(platform)
        ? "expected TensorFlow's native library on the class path, found none: add the Maven"
            + " artifact %s with classifier %s".formatted(ARTIFACT, platform)
        : "expected one of TensorFlow's platforms %s, found %s: there is no native library for it"
            .formatted(String.join(", ", CPU), platform);
  }

  /** Logs that JavaCPP copies a library out of its jar before the first use: it takes a while. */
  static void announce(String what, URL library, Predicate<String> unpacked) {
    try {
      if (library.openConnection() instanceof JarURLConnection connection) {
        connection.setUseCaches(false);
        try (JarFile jar = connection.getJarFile()) {
          Path cache = Loader.getCacheDir().toPath();
          Path copy =
              cache
                  .resolve(Path.of(jar.getName()).getFileName())
                  .resolve(connection.getEntryName());
          if (!Files.exists(copy)) {
            long bytes =
                jar.stream()
                    .filter(entry -> unpacked.test(entry.getName()))
                    .mapToLong(JarEntry::getSize)
                    .sum();
            LOGGER.log(
                Level.INFO,
                "{0} ({1} MB) is unpacked into {2}, once",
                what,
                bytes / 1_000_000,
                cache);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(library + ": cannot be read", e);
    }
  }

  private static void setUnlessSet(String property, String value) {
    if (System.getProperty(property) == null) {
      System.setProperty(property, value);
    }
  }
}
