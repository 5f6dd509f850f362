namespace VirtMigration;

/// <summary>The root of everything this product reports as an error: a stable id, a text that names the value and the reason,
/// and what the operator can do about it.</summary>
public class VirtMigrationException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="errorId">One stable identifier a cause, in Pascal case (<c>VmNotFound</c>). Scripts match on it.</param>
    /// <param name="message">One sentence that names the value and the reason.</param>
    /// <param name="recommendedAction">The way out, as an instruction.</param>
    /// <param name="target">The name of the host, VM or policy that the error is about.</param>
    /// <param name="innerException">What led to it.</param>
    public VirtMigrationException(string errorId, string message, string recommendedAction, string? target = null, Exception? innerException = null)
        : base(message, innerException)
    {
        ErrorId = errorId;
        RecommendedAction = recommendedAction;
        Target = target;
    }

    /// <summary>One stable identifier a cause.</summary>
    public string ErrorId { get; }

    /// <summary>What the operator can do about it.</summary>
    public string RecommendedAction { get; }

    /// <summary>The name of what the error is about.</summary>
    public string? Target { get; }
}
