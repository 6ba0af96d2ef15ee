import ByteText
import Synchronization
import VirtXML
import XMLBinding

/// Writes down what each step of filling a definition in has added to it, and why. Nobody has to keep one: without
/// it a step costs nothing but the question whether there is one.
package final class FillLog: Sendable {
    private struct State {
        var document: DocumentNode
        /// Why the steps that are under way are done, the innermost last.
        var reasons: [String] = []
        /// Reasons of single elements, by their paths, which are better than that of their step.
        var hints: [String: String] = [:]
        /// The last version as text; nil before the parser has read the document.
        var text: String?
    }

    /// The log that is kept at present.
    @TaskLocal package static var current: FillLog?

    private let state: Mutex<State>
    private let options: XMLOptions

    /// A log that begins with a document as it was given.
    ///
    /// - Parameter options: which parts of documents are looked at.
    package init(_ document: DocumentNode, options: XMLOptions) {
        state = Mutex(State(document: document))
        self.options = options
    }

    /// Keeps the log of all steps that `body` does.
    package func keep<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        let result = Self.$current.withValue(self) {
            Result { () throws(Failure) in try body() }
        }
        return try result.get()
    }

    /// Keeps the log of all steps that `body` does.
    package func keep<Value: Sendable, Failure: Error>(
        _ body: () async throws(Failure) -> Value
    ) async throws(Failure) -> Value {
        let result: Result<Value, Failure> = await Self.$current.withValue(self) {
            do throws(Failure) { return .success(try await body()) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// The document as of the last step, in which every part knows who has said it.
    package var document: DocumentNode { state.withLock { $0.document } }

    /// Notes what has become of the document, and that a step begins.
    package func begin(_ domain: DomainDefinition, _ reason: String) {
        settle(domain)
        state.withLock { $0.reasons.append(reason) }
    }

    /// Notes what the step has done.
    package func end(_ domain: DomainDefinition) {
        settle(domain)
        state.withLock { _ = $0.reasons.popLast() }
    }

    /// Says why an element, by its path, is what the present step makes of it.
    func hint(_ path: String, _ reason: String) { state.withLock { $0.hints[path] = reason } }

    private func settle(_ domain: DomainDefinition) {
        guard let xml = try? domain.xml(options: options), xml != state.withLock({ $0.text }),
            let plain = DocumentNode(xml: xml, by: .unknown)
        else { return }
        state.withLock { state in
            // What the parser makes of a document is its author's still; what it adds is what absence means.
            let isParsed = state.text == nil
            state.text = xml
            let reason =
                isParsed
                ? "what is meant where nothing is said" : state.reasons.last ?? "a definition is whole"
            state.document = plain.following(state.document, by: .roost(reason), isParsed ? .parsing : .step)
            for (path, hint) in state.hints { state.document.take(hint, at: path, inPlaceOf: reason) }
            if !isParsed { state.hints = [:] }
        }
    }

    /// Notes what has become of the document in the end.
    package func finish(_ domain: DomainDefinition) { settle(domain) }

    /// Notes a version that came to be in a way that no step has seen; what is new in it is `author`'s.
    package func adopt(_ domain: DomainDefinition, by author: DocumentAuthor) {
        guard let xml = try? domain.xml(options: options), let plain = DocumentNode(xml: xml, by: .unknown)
        else { return }
        state.withLock { state in
            state.text = xml
            state.document = plain.following(state.document, by: author, .apart)
        }
    }
}

extension DomainDefinition {
    /// Does a step of filling the definition in, and tells why to whoever keeps a log of it.
    package mutating func filling<Failure: Error>(
        _ reason: @autoclosure () -> String, _ step: (inout DomainDefinition) throws(Failure) -> Void
    ) throws(Failure) {
        guard let log = FillLog.current else { return try step(&self) }
        log.begin(self, reason())
        try step(&self)
        log.end(self)
    }
}

extension DocumentNode {
    /// Replaces the reason for which an element was added by a better one.
    fileprivate mutating func take(_ hint: String, at path: String, inPlaceOf reason: String) {
        change(path[...]) { $0.replace(.roost(reason), with: .roost(hint)) }
    }

    private mutating func change(_ path: Substring, _ body: (inout DocumentNode) -> Void) {
        if path.isEmpty { return body(&self) }
        let (step, rest) = path.cut(atByte: "/") ?? (path, "")
        guard let index = index(of: step) else { return }
        children[index].change(rest, body)
    }

    private mutating func replace(_ old: DocumentAuthor, with new: DocumentAuthor) {
        if author == old { author = new }
        if textAuthor == old { textAuthor = new }
        for index in attributes.indices where attributes[index].author == old {
            attributes[index].author = new
        }
        for index in children.indices { children[index].replace(old, with: new) }
    }
}
