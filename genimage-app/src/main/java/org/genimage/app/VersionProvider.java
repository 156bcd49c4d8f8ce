package org.genimage.app;

import org.genimage.app.command.Build;
import org.genimage.models.Devices;
import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. It is the one thing here that asks TensorFlow. */
final class VersionProvider implements IVersionProvider {

  @Override
  public String[] getVersion() {
    Build build = Build.current();
    return new String[] {
      "genimage %s (commit %s)".formatted(build.version(), build.commit()),
      "Java %s".formatted(System.getProperty("java.version")),
      devices(build)
    };
  }

  private static String devices(Build build) {
    try {
      return Devices.visible().toString();
    } catch (IllegalStateException e) {
      return "TensorFlow Java %s; %s".formatted(build.tensorflow(), e.getMessage());
    }
  }
}
