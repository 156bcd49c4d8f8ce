package org.genimage.train.memory;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Limits of memory as Linux states them, with both versions of control groups. */
class MemoryLimitTest {

  private static final long MACHINE = 64_000_000_000L;
  private static final String UNLIMITED = "9223372036854771712\n"; // version 1 has no other word

  @TempDir Path root;

  @Test
  void of_noControlGroups_isTheMachines() {
    assertThat(MemoryLimit.of(root, MACHINE)).isEqualTo(machine());
  }

  @Test
  void of_version2_isTheSmallestOfTheGroupAndThoseThatContainIt() throws IOException {
    write("proc/self/cgroup", "0::/user.slice/job/step\n");
    mount("/", "/sys/fs/cgroup", "cgroup2", "rw,nsdelegate");
    write("sys/fs/cgroup/user.slice/memory.max", "9000000000\n");
    write("sys/fs/cgroup/user.slice/job/memory.max", "4000000000\n");
    write("sys/fs/cgroup/user.slice/job/step/memory.max", "max\n");

    assertThat(MemoryLimit.of(root, MACHINE)).isEqualTo(group(4_000_000_000L));
  }

  @Test
  void of_version2InAContainer_isAtTheTopOfTheMount() throws IOException {
    write("proc/self/cgroup", "0::/\n");
    mount("/docker/1f", "/sys/fs/cgroup", "cgroup2", "ro");
    write("sys/fs/cgroup/memory.max", "2147483648\n");

    assertThat(MemoryLimit.of(root, MACHINE)).isEqualTo(group(2_147_483_648L));
  }

  @Test
  void of_version2WithoutALimit_isTheMachines() throws IOException {
    write("proc/self/cgroup", "0::/a\n");
    mount("/", "/sys/fs/cgroup", "cgroup2", "rw");
    write("sys/fs/cgroup/a/memory.max", "max\n");

    assertThat(MemoryLimit.of(root, MACHINE)).isEqualTo(machine());
  }

  @Test
  void of_version1_isTheMemoryControllers() throws IOException {
    write("proc/self/cgroup", "9:name=systemd:/\n5:cpu,cpuacct:/a\n4:memory:/a/b\n0::/\n");
    mount("/", "/sys/fs/cgroup/cpu", "cgroup", "rw,cpu");
    mount("/", "/sys/fs/cgroup/memory", "cgroup", "rw,memory");
    write("sys/fs/cgroup/cpu/a/b/memory.limit_in_bytes", "1\n");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", UNLIMITED);
    write("sys/fs/cgroup/memory/a/memory.limit_in_bytes", "3000000000\n");
    write("sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", UNLIMITED);

    assertThat(MemoryLimit.of(root, MACHINE)).isEqualTo(group(3_000_000_000L));
  }

  /** The path is the host's, and the container sees its own group at the top. */
  @Test
  void of_version1InAContainer_isAtTheTopOfTheMount() throws IOException {
    write("proc/self/cgroup", "4:memory:/docker/1f\n");
    mount("/docker/1f", "/sys/fs/cgroup/memory", "cgroup", "rw,memory");
    write("sys/fs/cgroup/memory/memory.limit_in_bytes", "1000000000\n");

    assertThat(MemoryLimit.of(root, MACHINE)).isEqualTo(group(1_000_000_000L));
  }

  @Test
  void of_groupWhoseFolderIsNotMounted_isAtTheTopOfTheMount() throws IOException {
    write("proc/self/cgroup", "0::/../other\n");
    mount("/", "/sys/fs/cgroup", "cgroup2", "rw");
    write("sys/fs/cgroup/memory.max", "1000000000\n");

    assertThat(MemoryLimit.of(root, MACHINE)).isEqualTo(group(1_000_000_000L));
  }

  @Test
  void of_aLimitAboveTheMachines_isTheMachines() throws IOException {
    write("proc/self/cgroup", "0::/\n");
    mount("/", "/sys/fs/cgroup", "cgroup2", "rw");
    write("sys/fs/cgroup/memory.max", "99000000000\n");

    assertThat(MemoryLimit.of(root, MACHINE)).isEqualTo(machine());
  }

  private static MemoryLimit machine() {
    return new MemoryLimit(MACHINE, "this machine has");
  }

  private static MemoryLimit group(long bytes) {
    return new MemoryLimit(bytes, "the control group (container) may use");
  }

  /** Adds a line as in {@code proc_pid_mountinfo(5)}. */
  private void mount(String group, String point, String type, String options) throws IOException {
    Path mounts = root.resolve("proc/self/mountinfo");
    String before = Files.exists(mounts) ? Files.readString(mounts) : "";
    write(
        "proc/self/mountinfo",
        "%s35 31 0:32 %s %s rw,relatime shared:9 - %s %s %s%n"
            .formatted(before, group, point, type, type, options));
    Files.createDirectories(root.resolve(point.substring(1)));
  }

  private void write(String path, String text) throws IOException {
    Path file = root.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
  }
}
