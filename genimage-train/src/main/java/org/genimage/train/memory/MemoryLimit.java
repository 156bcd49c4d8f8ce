package org.genimage.train.memory;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.base.Splitter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.bytedeco.javacpp.Pointer;

/**
 * The memory that a process may take before the system ends it.
 *
 * @param bytes at least 1
 * @param source whose memory it is, for messages
 */
public record MemoryLimit(long bytes, String source) {

  /** The system property whose bytes take the place of the machine's and the control group's. */
  public static final String PROPERTY = "genimage.memory.limit";

  /** What the limits of control groups are called, by the file system's type. */
  private static final String NEW_LIMIT = "memory.max";

  private static final String OLD_LIMIT = "memory.limit_in_bytes";

  /** Checks the bytes. */
  public MemoryLimit {
    checkArgument(bytes > 0, "a limit of memory must be positive, got %s bytes", bytes);
  }

  /**
   * Returns the system property's limit, or else the smaller of this machine's memory and the limit
   * of this process's control group.
   *
   * @throws IllegalArgumentException if the property is no positive number of bytes
   */
  public static MemoryLimit current() {
    String set = System.getProperty(PROPERTY);
    if (set == null) {
      return ofMachine();
    }
    checkArgument(
        set.matches("[1-9][0-9]{0,17}"),
        "-D%s must be a positive number of bytes, got %s",
        PROPERTY,
        set);
    return new MemoryLimit(Long.parseLong(set), "-D" + PROPERTY + " allows");
  }

  /** Returns the limit without the system property. */
  static MemoryLimit ofMachine() {
    long known = Pointer.totalPhysicalBytes(); // 0 where it cannot be found out
    return of(Path.of("/"), known > 0 ? known : Long.MAX_VALUE);
  }

  /**
   * Returns the smaller of a machine's memory and the control group's limit.
   *
   * @param root where {@code proc} and the control groups' file systems are mounted
   */
  static MemoryLimit of(Path root, long machine) {
    MemoryLimit whole = new MemoryLimit(machine, "this machine has");
    return controlGroup(root)
        .filter(limit -> limit < machine)
        .map(limit -> new MemoryLimit(limit, "the control group (container) may use"))
        .orElse(whole);
  }

  /** Returns the smallest limit of the process's control group and of those that contain it. */
  private static Optional<Long> controlGroup(Path root) {
    List<Long> limits = new ArrayList<>();
    for (String line : lines(root.resolve("proc/self/cgroup"))) {
      List<String> fields = Splitter.on(':').limit(3).splitToList(line);
      if (fields.size() == 3) {
        List<String> controllers = Splitter.on(',').splitToList(fields.get(1));
        if (controllers.contains("memory")) {
          limits.addAll(limits(root, "cgroup", fields.get(2), OLD_LIMIT));
        } else if (fields.get(1).isEmpty()) {
          limits.addAll(limits(root, "cgroup2", fields.get(2), NEW_LIMIT));
        }
      }
    }
    return limits.stream().min(Comparator.naturalOrder());
  }

  private static List<Long> limits(Path root, String type, String group, String name) {
    List<Long> limits = new ArrayList<>();
    for (Mount mount : mounts(root, type)) {
      Path top = root.resolve(mount.point().substring(1));
      Path folder = mount.folder(top, group);
      while (folder.startsWith(top)) {
        lines(folder.resolve(name)).stream()
            .limit(1)
            .filter(text -> text.matches("[0-9]{1,18}")) // "max" is no limit
            .map(Long::valueOf)
            .filter(limit -> limit > 0)
            .forEach(limits::add);
        folder = folder.getParent();
      }
    }
    return limits;
  }

  /**
   * A mounted file system of control groups.
   *
   * @param group the group at its top
   * @param point where it is mounted
   */
  private record Mount(String group, String point) {

    /** Returns a group's folder; inside a container a group's name may be the host's. */
    Path folder(Path top, String name) {
      String inner = group.equals("/") ? name : name.startsWith(group) ? rest(name) : "";
      Path folder = top.resolve(inner.replaceFirst("^/+", "")).normalize();
      return folder.startsWith(top) && Files.isDirectory(folder) ? folder : top;
    }

    private String rest(String name) {
      return name.substring(group.length());
    }
  }

  private static List<Mount> mounts(Path root, String type) {
    List<Mount> mounts = new ArrayList<>();
    for (String line : lines(root.resolve("proc/self/mountinfo"))) {
      List<String> words = Splitter.on(' ').splitToList(line);
      int dash = words.indexOf("-");
      if (dash >= 5 && words.size() > dash + 1 && words.get(dash + 1).equals(type)) {
        String options = words.get(words.size() - 1);
        if (!type.equals("cgroup") || Splitter.on(',').splitToList(options).contains("memory")) {
          mounts.add(new Mount(words.get(3), words.get(4)));
        }
      }
    }
    return mounts;
  }

  /** Returns a file's lines; none where there is no such file, as on other systems than Linux. */
  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
