package org.genimage.data.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import java.io.IOException;
import java.net.URI;
import java.net.URL;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class UnpackedLibraryTest {

  private static final String INSIDE = "org/tensorflow/linux/";
  private static final FileTime LONG_AGO = FileTime.fromMillis(1_000_000_000_000L);

  @TempDir private Path folder;
  private Path jar;
  private Path cache;
  private Path unpacked;

  @BeforeEach
  void makeJar() throws IOException {
    jar = folder.resolve("native.jar");
    cache = Files.createDirectories(folder.resolve("cache"));
    unpacked = cache.resolve("native.jar").resolve(INSIDE);
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      for (String name : List.of("libtf.so.2", "libjni.so", "LICENSE", "below/libother.so")) {
        ZipEntry entry = new ZipEntry(INSIDE + name);
        entry.setLastModifiedTime(LONG_AGO);
        out.putNextEntry(entry);
        out.write(("numbers of " + name).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  private URL library() throws IOException {
    return new URL("jar:%s!/%slibjni.so".formatted(jar.toUri(), INSIDE));
  }

  private Path file() throws IOException {
    return UnpackedLibrary.file(library(), List.of(cache), () -> cache).orElseThrow();
  }

  /** Fails if anything would be unpacked or compared. */
  private Path fileAsItIs() throws IOException {
    return UnpackedLibrary.file(library(), List.of(cache), () -> fail("not whole")).orElseThrow();
  }

  @Test
  void file_firstTime_isUnpackedBesideWhatItNeedsWhereJavaCppLooks() throws IOException {
    assertThat(file()).isEqualTo(unpacked.resolve("libjni.so")).hasContent("numbers of libjni.so");
    assertThat(unpacked.resolve("libtf.so.2")).hasContent("numbers of libtf.so.2");
    assertThat(unpacked)
        .isDirectoryContaining("glob:**" + UnpackedLibrary.STAMP)
        .isDirectoryNotContaining("glob:**LICENSE");
    assertThat(Files.getLastModifiedTime(file())).isEqualTo(LONG_AGO);
  }

  @Test
  void file_secondTime_isNeitherComparedNorUnpacked() throws IOException {
    Path first = file();

    assertThat(fileAsItIs()).isEqualTo(first);
  }

  @Test
  @DisabledOnOs(
      value = OS.WINDOWS,
      disabledReason = "the library is loaded by its path on Linux only")
  void file_damagedStamp_isUnpackedAnewWhereItDiffers() throws IOException {
    file();
    Files.writeString(unpacked.resolve(UnpackedLibrary.STAMP), "half a st");
    Files.writeString(unpacked.resolve("libtf.so.2"), "numberz of libtf.so.2");
    Path right = unpacked.resolve("libjni.so");
    Object key = Files.readAttributes(right, "unix:ino");

    file();

    assertThat(unpacked.resolve("libtf.so.2")).hasContent("numbers of libtf.so.2");
    assertThat(Files.readAttributes(right, "unix:ino")).as("the same file").isEqualTo(key);
    fileAsItIs();
  }

  @Test
  void file_otherSizeThanStamped_isUnpackedAnew() throws IOException {
    Files.writeString(file(), "numbers");

    assertThat(file()).hasContent("numbers of libjni.so");
  }

  @Test
  void file_otherJarOfTheSameName_isUnpackedAnew() throws IOException {
    file();
    try (ZipOutputStream out = new ZipOutputStream(Files.newOutputStream(jar))) {
      out.putNextEntry(new ZipEntry(INSIDE + "libjni.so"));
      out.write("numberz of libjni.so".getBytes(StandardCharsets.UTF_8));
    }

    assertThat(file()).hasContent("numberz of libjni.so");
  }

  @Test
  void file_wholeCopyInAnotherFolder_isUsedFromThere() throws IOException {
    Path first = file();
    Path empty = Files.createDirectory(folder.resolve("empty"));

    assertThat(UnpackedLibrary.file(library(), List.of(empty, cache), () -> fail("not whole")))
        .contains(first);
  }

  /** A shared cache, of which another user has made the lock. */
  @Test
  void file_lockThatCannotBeWritten_isTakenIfWhole_andSaidIfNot() throws IOException {
    Path first = file();
    Path lock = cache.resolve(".lock");
    Files.delete(lock);
    Files.createDirectory(lock);

    assertThat(UnpackedLibrary.file(library(), List.of(), () -> cache)).contains(first);

    Files.delete(unpacked.resolve(UnpackedLibrary.STAMP));
    assertThatThrownBy(this::file)
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith(lock + ": expected a file that this user can write, found that it")
        .hasMessageEndingWith("by the Java option -Dorg.bytedeco.javacpp.cachedir=FOLDER");
  }

  @Test
  void file_manyAtOnce_isUnpackedOnce() throws Exception {
    var threads = Executors.newFixedThreadPool(4);
    try {
      List<Future<Path>> found =
          IntStream.range(0, 8).mapToObj(i -> threads.submit(this::file)).toList();
      for (Future<Path> one : found) {
        assertThat(one.get()).hasContent("numbers of libjni.so");
      }
    } finally {
      threads.shutdown();
    }
    try (var files = Files.list(unpacked)) {
      assertThat(files.map(path -> path.getFileName().toString()))
          .containsExactlyInAnyOrder("libjni.so", "libtf.so.2", UnpackedLibrary.STAMP);
    }
  }

  @Test
  void file_damagedJar_saysSoAndLeavesNoStamp() throws IOException {
    byte[] bytes = Files.readAllBytes(jar);
    int crc = indexOfCrc(bytes);
    bytes[crc]++;
    Files.write(jar, bytes);

    assertThatThrownBy(this::file)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("the file is damaged, download it again");
    assertThat(unpacked.resolve(UnpackedLibrary.STAMP)).doesNotExist();
  }

  /** The first entry's in the table of contents, which begins with "PK", 1, 2. */
  private static int indexOfCrc(byte[] bytes) {
    for (int i = 0; ; i++) {
      if (bytes[i] == 'P' && bytes[i + 1] == 'K' && bytes[i + 2] == 1 && bytes[i + 3] == 2) {
        return i + 16;
      }
    }
  }

  @Test
  void file_notInAJarOfTheFileSystem_isLeftToJavaCpp() throws IOException {
    for (String place :
        List.of("file:/lib/libjni.so", "jar:file:/app.jar!/lib/tf.jar!/libjni.so")) {
      assertThat(UnpackedLibrary.file(URI.create(place).toURL(), List.of(), () -> cache)).isEmpty();
    }
  }
}
