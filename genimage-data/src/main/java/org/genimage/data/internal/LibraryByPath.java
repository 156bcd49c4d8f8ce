package org.genimage.data.internal;

import java.net.MalformedURLException;
import java.net.URL;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.bytedeco.javacpp.Loader;
import org.tensorflow.TensorFlow;

/**
 * Loads TensorFlow's native library by its path. Left alone, JavaCPP looks for it again for each of
 * the classes below, in all places where it or one of its parts may be, which takes longer than the
 * loading. So the classes are initialized here while JavaCPP's own loading is turned off.
 */
final class LibraryByPath {

  /** Classes whose initialization asks JavaCPP for its own library, which TensorFlow lacks. */
  private static final List<String> BEFORE =
      Stream.of(
              "Loader$Helper",
              "Pointer",
              "BoolPointer",
              "BooleanPointer",
              "BytePointer",
              "CLongPointer",
              "CharPointer",
              "DoublePointer",
              "FloatPointer",
              "IntPointer",
              "LongPointer",
              "PointerPointer",
              "ShortPointer",
              "SizeTPointer")
          .map("org.bytedeco.javacpp."::concat)
          .toList();

  /** Classes whose initialization asks JavaCPP for TensorFlow's library; the first needs it. */
  private static final List<String> AFTER =
      Stream.of(
              "global.tensorflow",
              "Deallocator_Pointer_long_Pointer",
              "Listener_BytePointer",
              "Listener_String",
              "TFE_CancelCallback",
              "TFE_CancelCallback$Callback_Pointer",
              "TFE_CustomDevice",
              "TFE_CustomDevice$Copy_tensor_from_device_TFE_Context_TFE_TensorHandle"
                  + "_BytePointer_TF_Status_Pointer",
              "TFE_CustomDevice$Copy_tensor_to_device_TFE_Context_TFE_TensorHandle"
                  + "_TF_Status_Pointer",
              "TFE_CustomDevice$Delete_device_Pointer",
              "TFE_CustomDevice$Execute_TFE_Op_IntPointer_PointerPointer_TF_Status_Pointer",
              "TFE_CustomDevice$Pack_TFE_Context_PointerPointer_int_TF_Status_Pointer",
              "TFE_CustomDevice$Shall_pin_to_this_device_TFE_Op_TF_Status",
              "TFE_CustomDeviceTensorHandle",
              "TFE_CustomDeviceTensorHandle$Deallocator_Pointer",
              "TFE_CustomDeviceTensorHandle$Dim_Pointer_int_TF_Status",
              "TFE_CustomDeviceTensorHandle$Num_dims_Pointer_TF_Status",
              "TFE_CustomDeviceTensorHandle$Summarize_Pointer_TF_Status",
              "TFJ_GradFuncAdapter",
              "TF_AllocatorAttributes",
              "TF_AttrMetadata",
              "TF_Buffer",
              "TF_Buffer$Data_deallocator_Pointer_long",
              "TF_Input",
              "TF_Output",
              "TF_ShapeAndType",
              "TF_ShapeAndTypeList",
              "TF_StringView",
              "TF_TString",
              "TF_TString_Large",
              "TF_TString_Offset",
              "TF_TString_Raw",
              "TF_TString_Small",
              "TF_TString_Union",
              "TF_TString_View",
              "TF_WhileParams")
          .map("org.tensorflow.internal.c_api."::concat)
          .toList();

  static final List<String> CLASSES = Stream.concat(BEFORE.stream(), AFTER.stream()).toList();

  /** Asked by JavaCPP at each attempt to load. */
  private static final String SWITCH = "org.bytedeco.javacpp.loadLibraries";

  /** The name by which JavaCPP knows the library, without the system's prefix and ending. */
  private static final String NAME = "jnitensorflow";

  /** Properties of JavaCPP, in lower case, by which a user says where libraries come from. */
  private static final Set<String> CHOICES =
      Stream.of(
              "cachedir.nosubdir",
              "cachelibraries",
              "findlibraries",
              "loadlibraries",
              "pathsfirst",
              "platform")
          .map("org.bytedeco.javacpp."::concat)
          .collect(Collectors.toUnmodifiableSet());

  private LibraryByPath() {}

  /**
   * Returns whether a library may be loaded so: on Linux, where the libraries that it needs are
   * found beside it, unless the user has told JavaCPP how to find libraries.
   */
  static boolean isPossible() {
    return Loader.getPlatform().startsWith("linux-")
        && System.getProperties().stringPropertyNames().stream()
            .map(name -> name.toLowerCase(Locale.ROOT))
            .noneMatch(CHOICES::contains);
  }

  /**
   * Loads the library and initializes TensorFlow's classes.
   *
   * @param library its file, with those that it needs beside it
   * @throws LinkageError if it cannot be loaded
   */
  static void load(Path library) {
    if (!isJavaCppsOwnThere()) {
      withoutLoading(() -> BEFORE.forEach(LibraryByPath::initialize));
    }
    Loader.loadLibrary(TensorFlow.class, new URL[] {url(library)}, NAME);
    withoutLoading(
        () -> {
          AFTER.forEach(LibraryByPath::initialize);
          TensorFlow.version();
        });
  }

  /** Programs that use other libraries by JavaCPP bring it, and its classes must find it then. */
  private static boolean isJavaCppsOwnThere() {
    String file = System.mapLibraryName("jnijavacpp");
    String name = "org/bytedeco/javacpp/%s/%s".formatted(Loader.getPlatform(), file);
    return Loader.class.getClassLoader().getResource(name) != null;
  }

  private static void withoutLoading(Runnable work) {
    String former = System.setProperty(SWITCH, "false");
    try {
      work.run();
    } finally {
      if (former == null) {
        System.clearProperty(SWITCH);
      } else {
        System.setProperty(SWITCH, former);
      }
    }
  }

  private static URL url(Path file) {
    try {
      return file.toUri().toURL();
    } catch (MalformedURLException e) {
      throw new IllegalArgumentException(file + ": a file has an address", e);
    }
  }

  private static void initialize(String name) {
    try {
      Class.forName(name, true, TensorFlow.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      // Another version of TensorFlow Java without it.
      return;
    }
  }
}
