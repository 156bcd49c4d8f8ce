package org.genimage.data;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.genimage.data.archive.Archives;
import org.genimage.data.archive.Directory;
import org.genimage.data.archive.DiskDirectory;
import org.genimage.data.archive.ListingIndex;
import org.genimage.data.internal.FileNames;

/**
 * The GenImage benchmark on disk (Zhu et al. 2023), unpacked or in its archives. Each generator has
 * its own tree:
 *
 * <pre>
 * root/stable_diffusion_v_1_4/imagenet_ai_0419_sdv4/{train,val}/{ai,nature}/*.png, *.JPEG
 * </pre>
 *
 * <p>These variants are found too, in upper or lower case:
 *
 * <ul>
 *   <li>trees without the outer or without the inner folder;
 *   <li>outer folders with the generator's name ({@code Stable Diffusion V1.4});
 *   <li>the merged tree {@code imagenet_ai/{train,val}/{ai,nature}};
 *   <li>all of these one folder deeper;
 *   <li>a root that is such a tree itself. A folder of your own is opened in this way.
 * </ul>
 *
 * <p>The classes may be called {@code 0_real} and {@code 1_fake}. The paper's {@linkplain TestSet
 * further test sets} may lie beside the generators.
 *
 * <p>Archives ({@code .zip}, with or without further volumes {@code .z01} and so on) are read as if
 * they were unpacked where they lie. If a folder and an archive have the same content, the folder
 * is read. Samples have the same names either way.
 *
 * <p>Images are the files that end in {@code .png}, {@code .jpg} or {@code .jpeg}. Other files and
 * hidden files are ignored. The order of the images depends on their names alone.
 */
public final class GenImage {

  private static final String MERGED = "imagenet_ai";

  private final Path root;
  private final ImmutableMap<Generator, Directory> trees;
  private final ImmutableMap<TestSet, Directory> testSets;
  private final ImmutableList<String> missing;
  private final Quarantine quarantine;

  private GenImage(
      Path root,
      Map<Generator, Directory> trees,
      Map<TestSet, Directory> testSets,
      List<String> missing,
      Quarantine quarantine) {
    this.root = root;
    this.trees = ImmutableMap.copyOf(trees);
    this.testSets = ImmutableMap.copyOf(testSets);
    this.missing = ImmutableList.copyOf(missing);
    this.quarantine = quarantine;
  }

  /**
   * Finds the generators in a folder. Images are listed when a dataset is requested.
   *
   * @throws DatasetException if the folder does not exist or has no generator
   */
  public static GenImage open(Path root) {
    return open(root, OpenOptions.DEFAULT);
  }

  /**
   * Finds the generators in a folder, as {@link #open(Path)} does, with options.
   *
   * @throws DatasetException if the folder does not exist or has no generator
   */
  public static GenImage open(Path root, OpenOptions options) {
    if (!Files.isDirectory(root)) {
      throw new DatasetException(
          "%s: expected GenImage's folder, found %s; check the path%s"
              .formatted(
                  root, Files.exists(root) ? "a file" : "nothing there", FileNames.hint(root)));
    }
    Archives archives = new Archives(options.archives().forReading());
    Directory top = new DiskDirectory(root, archives, options.index().map(ListingIndex::new));
    return open(top, options, archives)
        .or(
            () -> {
              List<String> folders = top.folders();
              return folders.size() == 1
                  ? top.child(folders.get(0)).flatMap(only -> open(only, options, archives))
                  : Optional.empty();
            })
        .orElseThrow(() -> nothingIn(top, archives.problems()));
  }

  private static Optional<GenImage> open(Directory top, OpenOptions options, Archives archives) {
    Map<Generator, Directory> trees = new LinkedHashMap<>();
    List<String> missing = new ArrayList<>();
    if (isTree(top)) {
      Generator generator = generatorOf(top.path());
      trees.put(generator, top);
      missing.addAll(gaps(generator, top));
    } else {
      for (Generator generator : Generator.GENIMAGE) {
        Optional<Directory> tree = locate(top, generator);
        if (tree.isPresent()) {
          trees.put(generator, tree.get());
          missing.addAll(gaps(generator, tree.get()));
        } else {
          missing.add("%s: no folder %s".formatted(generator, published(top.path(), generator)));
        }
      }
    }
    if (trees.isEmpty()) {
      top.child(MERGED)
          .filter(GenImage::isTree)
          .ifPresent(
              merged -> {
                Generator generator = Generator.named(MERGED);
                trees.put(generator, merged);
                missing.clear();
                missing.addAll(gaps(generator, merged));
              });
    }
    Map<TestSet, Directory> testSets = new LinkedHashMap<>();
    for (TestSet set : TestSet.ALL) {
      Stream.of(set.folder(), set.name())
          .flatMap(name -> top.child(name).stream())
          .flatMap(folder -> Stream.concat(Stream.of(folder), parts(folder)))
          .filter(
              folder -> Stream.of(Label.values()).allMatch(l -> classFolder(folder, l).isPresent()))
          .findFirst()
          .ifPresent(folder -> testSets.put(set, folder));
    }
    if (trees.isEmpty() && testSets.isEmpty()) {
      return Optional.empty();
    }
    missing.addAll(archives.problems());
    return Optional.of(new GenImage(top.path(), trees, testSets, missing, options.quarantine()));
  }

  private static Stream<Directory> parts(Directory folder) {
    return Stream.of("val", "test").flatMap(part -> folder.child(part).stream());
  }

  /** Returns the generators that were found, in the order of the paper's tables. */
  public List<Generator> generators() {
    return trees.keySet().asList();
  }

  /** Tells whether a generator has a folder of this split. */
  public boolean has(Split split, Generator generator) {
    Directory tree = trees.get(generator);
    return tree != null && tree.child(split.folder()).isPresent();
  }

  /** Returns the further test sets that were found, in the order of {@link TestSet#ALL}. */
  public List<TestSet> testSets() {
    return testSets.keySet().asList();
  }

  /**
   * Returns what is missing, one sentence each: generators, splits and classes of the generators
   * that were found, and archives that cannot be used. Further test sets are not reported.
   */
  public List<String> missing() {
    return missing;
  }

  /**
   * Returns the training images: generator by generator, natural images first.
   *
   * @param generators the generators; none for all that were found and have this split
   * @throws DatasetException if a generator is missing, or has no images of one class
   */
  public ImageDataset train(Generator... generators) {
    return split(Split.TRAIN, generators);
  }

  /**
   * Returns the validation images, which the papers test on, in the order of {@link #train}.
   *
   * @param generators the generators; none for all that were found and have this split
   * @throws DatasetException if a generator is missing, or has no images of one class
   */
  public ImageDataset validation(Generator... generators) {
    return split(Split.VALIDATION, generators);
  }

  /**
   * Returns the images of a split, in the order of {@link #train}.
   *
   * @param generators the generators; none for all that were found and have this split
   * @throws DatasetException if a generator is missing, or has no images of one class
   */
  public ImageDataset split(Split split, Generator... generators) {
    List<Generator> asked = List.of(generators);
    Collection<Generator> chosen = asked;
    if (asked.isEmpty()) {
      chosen = generators().stream().filter(generator -> has(split, generator)).toList();
      if (chosen.isEmpty()) {
        throw new DatasetException(
            "%s: expected a folder %s of %s, found none; unpack it"
                .formatted(root, split.folder(), names(generators())));
      }
    }
    ImmutableList.Builder<FolderDataset.Folder> folders = ImmutableList.builder();
    for (Generator generator : chosen.stream().distinct().toList()) {
      folders.addAll(folders(split, generator));
    }
    return dataset(folders.build());
  }

  /**
   * Returns the images of a further test set, natural images first. Their generator is {@link
   * TestSet#generator()}.
   *
   * @throws DatasetException if the test set is missing, or has no images of one class
   */
  public ImageDataset testSet(TestSet set) {
    Directory folder = testSets.get(set);
    if (folder == null) {
      throw new DatasetException(
          "%s: expected images of %s in nature and ai of %s, found none; put them there"
              .formatted(root, set, root.resolve(set.folder())));
    }
    return dataset(classes(folder, Split.VALIDATION, set.generator()));
  }

  /**
   * Returns all images that exist, of all splits and test sets, even if other parts are missing. A
   * quarantine still leaves its images out. For tools that examine a benchmark; training and
   * evaluation want {@link #train} and {@link #validation}.
   */
  public FolderDataset everything() {
    return FolderDataset.of(folders(), "");
  }

  List<FolderDataset.Folder> folders() {
    List<FolderDataset.Folder> folders = new ArrayList<>();
    trees.forEach(
        (generator, tree) -> {
          for (Split split : Split.values()) {
            tree.child(split.folder())
                .ifPresent(folder -> folders.addAll(present(folder, split, generator)));
          }
        });
    testSets.forEach(
        (set, folder) -> folders.addAll(present(folder, Split.VALIDATION, set.generator())));
    return folders;
  }

  private List<FolderDataset.Folder> folders(Split split, Generator generator) {
    Directory tree = trees.get(generator);
    if (tree == null) {
      throw new DatasetException(
          "%s: expected images of %s in %s, found only %s; unpack them there"
              .formatted(root, generator, published(root, generator), names(generators())));
    }
    Directory folder =
        tree.child(split.folder())
            .orElseThrow(
                () ->
                    new DatasetException(
                        "%s: expected a folder %s of %s, found %s; unpack it"
                            .formatted(tree.path(), split.folder(), generator, contents(tree))));
    return classes(folder, split, generator);
  }

  private List<FolderDataset.Folder> classes(Directory folder, Split split, Generator generator) {
    List<FolderDataset.Folder> classes = present(folder, split, generator);
    for (Label label : Label.values()) {
      if (classes.stream().noneMatch(c -> c.label() == label && !c.files().isEmpty())) {
        throw new DatasetException(
            "%s: expected .png, .jpg or .jpeg files in both nature and ai, found %s; unpack them"
                .formatted(
                    folder.path(),
                    classFolder(folder, label)
                        .map(c -> "none in " + c.path())
                        .orElse("no folder " + label.folder())));
      }
    }
    return classes;
  }

  private List<FolderDataset.Folder> present(Directory folder, Split split, Generator generator) {
    List<FolderDataset.Folder> classes = new ArrayList<>();
    for (Label label : Label.values()) {
      classFolder(folder, label)
          .ifPresent(
              directory ->
                  classes.add(
                      FolderDataset.Folder.of(
                          directory,
                          quarantine.without(generator, split, label, directory.images()),
                          split,
                          label,
                          generator)));
    }
    return classes;
  }

  private ImageDataset dataset(List<FolderDataset.Folder> folders) {
    int listed = quarantine.reasons().size();
    return FolderDataset.of(
        folders, listed == 0 ? "" : "without the images of a quarantine of " + listed);
  }

  private static Optional<Directory> locate(Directory root, Generator generator) {
    List<Directory> outers = new ArrayList<>();
    root.child(generator.folder()).ifPresent(outers::add);
    root.child(generator.name()).ifPresent(outers::add);
    Stream<Directory> inners =
        Stream.concat(outers.stream(), Stream.of(root))
            .flatMap(outer -> outer.child(generator.archive()).stream());
    return Stream.concat(inners, outers.stream()).filter(GenImage::isTree).findFirst();
  }

  private static Generator generatorOf(Path tree) {
    Path folder = tree.toAbsolutePath().normalize().getFileName();
    String name = folder == null ? "images" : FileNames.of(folder); // the root of a disk has none
    return Generator.GENIMAGE.stream()
        .filter(g -> Stream.of(g.folder(), g.name(), g.archive()).anyMatch(name::equalsIgnoreCase))
        .findFirst()
        .orElseGet(() -> Generator.named(name));
  }

  private static boolean isTree(Directory folder) {
    return Stream.of(Split.values()).anyMatch(split -> folder.child(split.folder()).isPresent());
  }

  private static List<String> gaps(Generator generator, Directory tree) {
    List<String> gaps = new ArrayList<>();
    for (Split split : Split.values()) {
      Path path = tree.path().resolve(split.folder());
      Optional<Directory> folder = tree.child(split.folder());
      if (folder.isEmpty()) {
        gaps.add("%s: no folder %s".formatted(generator, path));
        continue;
      }
      for (Label label : Label.values()) {
        if (classFolder(folder.get(), label).isEmpty()) {
          gaps.add("%s: no folder %s".formatted(generator, path.resolve(label.folder())));
        }
      }
    }
    return gaps;
  }

  private static Optional<Directory> classFolder(Directory split, Label label) {
    return split
        .child(label.folder())
        .or(() -> split.child(label == Label.AI ? "1_fake" : "0_real"));
  }

  private static String published(Path root, Generator generator) {
    return FileNames.below(root, generator.folder() + "/" + generator.archive());
  }

  private static DatasetException nothingIn(Directory root, List<String> problems) {
    return new DatasetException(
        "%s: expected a folder train or val, or one of a generator (%s), found %s; check the path%s"
            .formatted(
                root.path(),
                Generator.GENIMAGE.stream()
                    .map(Generator::folder)
                    .collect(Collectors.joining(", ")),
                contents(root),
                problems.stream().map(problem -> "; " + problem).collect(Collectors.joining())));
  }

  private static String contents(Directory folder) {
    List<String> names = folder.contents();
    if (names.isEmpty()) {
      return "an empty folder";
    }
    String first = names.stream().limit(10).collect(Collectors.joining(", "));
    return names.size() <= 10 ? first : first + " and " + (names.size() - 10) + " more";
  }

  private static String names(List<Generator> generators) {
    return generators.stream().map(Generator::name).collect(Collectors.joining(", "));
  }

  /** Returns the folder and the number of generators in it, in a short line. */
  @Override
  public String toString() {
    return "GenImage in %s, %s generators".formatted(root, trees.size());
  }
}
