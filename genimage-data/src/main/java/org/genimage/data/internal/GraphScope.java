package org.genimage.data.internal;

import static com.google.common.base.Preconditions.checkArgument;

import java.util.Optional;
import org.tensorflow.DeviceSpec;
import org.tensorflow.ExecutionEnvironment;
import org.tensorflow.Operation;
import org.tensorflow.OperationBuilder;
import org.tensorflow.op.Scope;

/** TensorFlow's scope with names of {@link GraphNames}. */
final class GraphScope implements Scope {

  private final Scope plain;
  private final GraphNames names;
  private final Optional<String> name;

  private GraphScope(Scope plain, GraphNames names, Optional<String> name) {
    this.plain = plain;
    this.names = names;
    this.name = name;
  }

  GraphScope(Scope plain, GraphNames names) {
    this(plain, names, Optional.empty());
  }

  @Override
  public ExecutionEnvironment env() {
    return plain.env();
  }

  @Override
  public Scope withSubScope(String child) {
    return new GraphScope(plain, names.below(valid(name.orElse(child))));
  }

  @Override
  public Scope withName(String op) {
    return new GraphScope(plain, names, Optional.of(valid(op)));
  }

  @Override
  public Scope withNameAsSubScope(String otherwise) {
    return withSubScope(otherwise);
  }

  @Override
  public Scope withDevice(DeviceSpec device) {
    return new GraphScope(plain.withDevice(device), names, name);
  }

  @Override
  public Scope withInitScope() {
    return new GraphScope(plain.withInitScope(), names, name);
  }

  @Override
  public Scope withControlDependencyOps(Iterable<Operation> operations) {
    return new GraphScope(plain.withControlDependencyOps(operations), names, name);
  }

  @Override
  public String makeOpName(String otherwise) {
    return names.unique(valid(name.orElse(otherwise)));
  }

  @Override
  public String makeUnique(String id) {
    return names.unique(id);
  }

  private static String valid(String name) {
    checkArgument(
        Scope.isValidOpName(name),
        "the name of an op must be letters, digits, dots, dashes and underscores, and begin with a"
            + " letter, a digit or a dot, got '%s'",
        name);
    return name;
  }

  /** Every name is looked up in the graph. */
  @Override
  public void refreshNames() {}

  @Override
  public OperationBuilder apply(OperationBuilder builder) {
    return plain.apply(builder);
  }

  @Override
  public String getDeviceString() {
    return plain.getDeviceString();
  }

  @Override
  public boolean isInit() {
    return plain.isInit();
  }
}
