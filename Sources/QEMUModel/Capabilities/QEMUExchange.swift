import JSON

/// One question that QEMU was asked while it was probed, and what it answered.
package struct QEMUExchange: Sendable, Equatable {
    package var command: String
    package var arguments: JSONValue?
    /// The whole answer: an object with `return` or `error`.
    package var answer: JSONValue

    package init(command: String, arguments: JSONValue?, answer: JSONValue) {
        self.command = command
        self.arguments = arguments
        self.answer = answer
    }

    /// What the command returned; nil where it failed.
    package var result: JSONValue? { answer["return"] }

    /// A recorded conversation: commands, each followed by its answer. Documents that are neither are skipped.
    package static func recorded(in text: some Sequence<UInt8>) throws(JSONError) -> [QEMUExchange] {
        var exchanges: [QEMUExchange] = []
        var question: JSONValue?
        for document in try JSONValue.documents(in: text) {
            if document["execute"] != nil {
                question = document
            } else if let asked = question, let command = asked["execute"]?.string {
                exchanges.append(
                    QEMUExchange(command: command, arguments: asked["arguments"], answer: document))
                question = nil
            }
        }
        return exchanges
    }

    /// The text that ``recorded(in:)`` reads back.
    package static func record(_ exchanges: [QEMUExchange]) -> [UInt8] {
        var bytes: [UInt8] = []
        for exchange in exchanges {
            var question: JSONObject = ["execute": .string(exchange.command)]
            question.add("arguments", exchange.arguments)
            JSONValue.object(question).write(to: &bytes)
            bytes.append(0x0A)
            exchange.answer.write(to: &bytes)
            bytes.append(0x0A)
        }
        return bytes
    }
}
