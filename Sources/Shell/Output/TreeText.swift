import ByteText

/// An object and all that is below it, as virsh draws it: a line for each, and one without a name where a branch ends.
///
/// - Parameters:
///   - children: what is directly below each.
func treeText(_ root: String, _ children: [ByteName: [String]]) -> String {
    let text = branch(root, children, indent: "  ")
    return children[ByteName(root)] == nil ? text + "\n" : text
}

/// - Parameter indent: what stands before the lines of what is below.
private func branch(_ name: String, _ children: [ByteName: [String]], indent: String) -> String {
    let below = children[ByteName(name)] ?? []
    if below.isEmpty { return name + "\n" }
    var text = name + "\n" + indent + "|\n"
    for (number, child) in below.enumerated() {
        let isLast = number + 1 == below.count
        let inner = indent + (isLast ? "    " : "|   ")
        text += indent + "+- " + branch(child, children, indent: inner)
        if isLast, children[ByteName(child)] == nil { text += indent + "  \n" }
    }
    return text
}
