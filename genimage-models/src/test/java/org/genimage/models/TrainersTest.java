package org.genimage.models;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.File;
import java.io.IOException;
import java.lang.reflect.Method;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.genimage.data.ImageDataset;
import org.genimage.models.weights.Weights;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** genimage-train is not on this module's class path. */
class TrainersTest {

  private static final ImageDataset NOTHING = ImageDataset.of(List.of());

  /** Returns the blueprint's initial weights. */
  public record Initial() implements Trainer {

    @Override
    public Weights fit(Blueprint blueprint, ImageDataset data) {
      return blueprint.initialWeights(data.size());
    }

    @Override
    public Weights fit(Blueprint blueprint, ImageDataset data, Path folder) {
      return fit(blueprint, data);
    }
  }

  @Test
  void train_withoutTrainer_namesTheArtifact() {
    assertThatThrownBy(() -> Detectors.resnet50().train(NOTHING))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage(
            "ResNet-50 cannot be trained: expected a trainer on the class path, found none; add"
                + " the Maven artifact org.genimage:genimage-train");
    assertThatThrownBy(() -> Detectors.resnet50().train(NOTHING, Path.of("checkpoints")))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("org.genimage:genimage-train");
  }

  /** As in a fat jar, whose classes threads of the common pool do not see. */
  @Test
  void installed_seenByGenimagesLoaderAlone_isFound(@TempDir Path folder) throws Exception {
    try (URLClassLoader application = loader(folder, ClassLoader.getPlatformClassLoader())) {
      Class<?> trainers = application.loadClass(Trainers.class.getName());
      Object blueprint =
          application.loadClass(Detectors.class.getName()).getMethod("resnet50").invoke(null);
      Method installed = trainers.getDeclaredMethod("installed", blueprint.getClass());
      installed.setAccessible(true);

      Object found =
          with(ClassLoader.getPlatformClassLoader(), () -> installed.invoke(null, blueprint));
      assertThat(found.getClass().getName()).isEqualTo(Initial.class.getName());
      assertThat(found.getClass().getClassLoader()).isEqualTo(application);
    }
  }

  /** As in a server that shares genimage between applications. */
  @Test
  void installed_seenByTheContextLoaderAlone_isFound(@TempDir Path folder) throws Exception {
    try (URLClassLoader application = loader(folder, getClass().getClassLoader())) {
      assertThat(with(application, () -> Trainers.installed(Detectors.resnet50())))
          .isInstanceOf(Initial.class);
    }
  }

  /** Returns a loader of the tests' class path, where {@link Initial} is a service. */
  private static URLClassLoader loader(Path folder, ClassLoader parent) throws IOException {
    Path services = Files.createDirectories(folder.resolve("META-INF/services"));
    Files.writeString(services.resolve(Trainer.class.getName()), Initial.class.getName());
    List<URL> urls = new ArrayList<>(List.of(folder.toUri().toURL()));
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      urls.add(Path.of(entry).toUri().toURL());
    }
    return new URLClassLoader(urls.toArray(URL[]::new), parent);
  }

  private static <T> T with(ClassLoader context, Callable<T> work) throws Exception {
    Thread thread = Thread.currentThread();
    ClassLoader before = thread.getContextClassLoader();
    thread.setContextClassLoader(context);
    try {
      return work.call();
    } finally {
      thread.setContextClassLoader(before);
    }
  }

  @Test
  void train_givenTrainer_loadsItsWeights() {
    Blueprint resnet = Detectors.resnet50().input(InputContract.crop(64));

    try (Detector detector = resnet.train(new Initial(), NOTHING)) {
      assertThat(detector.input()).isEqualTo(resnet.input());
      assertThat(detector.provenance()).containsEntry("genimage.detector", "ResNet-50");
    }
  }
}
