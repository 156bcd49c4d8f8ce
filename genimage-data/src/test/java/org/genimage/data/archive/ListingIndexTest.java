package org.genimage.data.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.jimfs.Configuration;
import com.google.common.jimfs.Jimfs;
import java.io.IOException;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.genimage.data.GenImage;
import org.genimage.data.Label;
import org.genimage.data.OpenOptions;
import org.genimage.data.fuzz.OtherProcess;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ListingIndexTest {

  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final long HOUR_AGO = TimeUnit.SECONDS.toNanos(NOW.getEpochSecond() - 3600);
  private static final FolderState SETTLED = new FolderState(7, HOUR_AGO, HOUR_AGO);

  @TempDir Path root;
  private Path remembered;
  private Optional<FolderState> state = Optional.of(SETTLED);
  private int listings;

  @BeforeEach
  void begin() {
    remembered = root.resolve("cache");
  }

  @Test
  void names_secondTime_areNotListedAgain() throws IOException {
    assertThat(names("1.png", "2.png")).containsExactly("1.png", "2.png");

    assertThat(names("3.png")).containsExactly("1.png", "2.png");
    assertThat(listings).isEqualTo(1);
  }

  /**
   * An index is no output: a second writer replaces it, and whoever reads lists anew if need be.
   */
  @Test
  void names_anotherProcessWritesTheIndexAndIsKilled_areRight() throws Exception {
    names("1.png");
    Path file;
    try (Stream<Path> files = Files.list(remembered)) {
      file = files.findFirst().orElseThrow();
    }
    try (OtherProcess other = OtherProcess.writing(file)) {
      assertThat(names("2.png")).containsExactly("1.png");
      other.kill();
    }
    assertThat(names("2.png")).containsExactly("1.png");

    state = Optional.of(new FolderState(8, HOUR_AGO, HOUR_AGO));

    assertThat(names("3.png")).containsExactly("3.png");
    assertThat(names("4.png")).containsExactly("3.png");
  }

  /** As after unpacking, copying or restoring, each of which sets the modification time back. */
  @ParameterizedTest
  @CsvSource({"8, 0, 0", "7, 1, 0", "7, 0, 1", "7, 0, -1", "7, -1, 0"})
  void names_otherInodeOrTime_areListedAgain(long inode, long modified, long changed)
      throws IOException {
    names("1.png");

    state = Optional.of(new FolderState(inode, HOUR_AGO + modified, HOUR_AGO + changed));

    assertThat(names("2.png")).containsExactly("2.png");
    assertThat(names("3.png")).containsExactly("2.png");
  }

  @Test
  void names_noTrustworthyState_areAlwaysListed() throws IOException {
    names("1.png");
    state = Optional.empty();

    assertThat(names("2.png")).containsExactly("2.png");
    assertThat(names("3.png")).containsExactly("3.png");
  }

  @Test
  void names_folderThatJustChanged_areNotRemembered() throws IOException {
    long second = TimeUnit.SECONDS.toNanos(NOW.getEpochSecond() - 1);
    state = Optional.of(new FolderState(7, HOUR_AGO, second));
    names("1.png");
    state = Optional.of(new FolderState(7, second, HOUR_AGO));
    names("2.png");

    assertThat(remembered).doesNotExist();
  }

  @Test
  void names_folderThatChangesMeanwhile_areNotRemembered() throws IOException {
    ListingIndex index = index();
    index.names(
        root,
        () -> {
          state = Optional.of(new FolderState(7, HOUR_AGO, HOUR_AGO + 1));
          return List.of("1.png");
        });

    assertThat(remembered).doesNotExist();
  }

  @Test
  void open_modificationTimeSetBack_isListedAgain() throws Exception {
    Path nature = Files.createDirectories(root.resolve("ADM/train/nature"));
    Path ai = Files.createDirectories(root.resolve("ADM/train/ai"));
    Files.createFile(nature.resolve("1.png"));
    Files.createFile(ai.resolve("1.png"));
    FileTime before = Files.getLastModifiedTime(nature);
    Thread.sleep(2_100); // the index leaves out folders that changed a moment ago
    OpenOptions options = OpenOptions.DEFAULT.index(remembered);
    assertThat(GenImage.open(root, options).train().size()).isEqualTo(2);

    Files.createFile(nature.resolve("2.png"));
    Files.setLastModifiedTime(nature, before);

    assertThat(GenImage.open(root, options).train().size()).isEqualTo(3);
  }

  @Test
  void of_fileSystemWithoutChangeTime_isEmpty() throws IOException {
    try (FileSystem disk = Jimfs.newFileSystem(Configuration.unix())) {
      assertThat(FolderState.of(disk.getPath("/"))).isEmpty();
    }
  }

  @Test
  void names_damagedIndex_areListedAgain() throws IOException {
    names("1.png", "2.png");
    Path file = files().get(0);
    byte[] good = Files.readAllBytes(file);
    byte[] bad = good.clone();
    bad[bad.length / 2] ^= 1;
    for (byte[] content : List.of(bad, new byte[] {1}, new byte[0])) {
      Files.write(file, content);

      assertThat(names("3.png")).containsExactly("3.png");
    }
    assertThat(files()).hasSize(1).allMatch(f -> f.toFile().length() > 20);
  }

  @Test
  void names_unwritableFolder_areListed() throws IOException {
    Files.createFile(remembered);

    assertThat(names("1.png")).containsExactly("1.png");
  }

  @Test
  void names_fullDisk_areListed() throws IOException {
    Configuration small = Configuration.unix().toBuilder().setMaxSize(64).setBlockSize(64).build();
    try (FileSystem disk = Jimfs.newFileSystem(small)) {
      remembered = disk.getPath("/cache");

      assertThat(names("1.png")).containsExactly("1.png");
      assertThat(files()).allMatch(file -> !file.toString().endsWith(".partial"));
    }
  }

  @Test
  void open_index_worksForAllLabels() throws IOException {
    for (Label label : Label.values()) {
      Path folder = Files.createDirectories(root.resolve("ADM/train").resolve(label.folder()));
      Files.createFile(folder.resolve("1.png"));
    }

    assertThat(GenImage.open(root, OpenOptions.DEFAULT.index(remembered)).train().size())
        .isEqualTo(2);
  }

  private ListingIndex index() {
    return new ListingIndex(remembered, folder -> state, InstantSource.fixed(NOW));
  }

  private List<String> names(String... inFolder) throws IOException {
    return index()
        .names(
            root,
            () -> {
              listings++;
              return List.of(inFolder);
            });
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(remembered)) {
      return files.toList();
    }
  }
}
