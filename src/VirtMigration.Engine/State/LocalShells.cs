using System.Diagnostics;
using System.Globalization;
using VirtMigration.Ports;

namespace VirtMigration.State;

/// <summary>The shells of this machine, as its kernel shows them. A process is told from a later one with the same id by the time it
/// started, counted from the start of the machine, and by which start of the machine that was: clocks can be set, these two cannot.</summary>
public sealed class LocalShells : IShells
{
    private const string BootFile = "/proc/sys/kernel/random/boot_id";

    // proc_pid_stat(5): the third field is the state, the 22nd the start. The second may hold anything, and ends with the last parenthesis.
    private const int StateField = 3;
    private const int StartField = 22;

    private readonly string _boot = ReadOrEmpty(BootFile).Trim();

    /// <summary>Looks at the shell that asks.</summary>
    public LocalShells() => Own = new(Environment.MachineName, Environment.ProcessId, MarkOf(Environment.ProcessId));

    /// <inheritdoc/>
    public ShellProcess Own { get; }

    /// <inheritdoc/>
    public bool? IsAlive(ShellProcess shell)
    {
        ArgumentNullException.ThrowIfNull(shell);
        if (!shell.Machine.Equals(Environment.MachineName, StringComparison.OrdinalIgnoreCase) || !IsOfThisBoot(shell.Mark))
        {
            return null;
        }

        string? now = MarkOf(shell.Id);
        return now is not null && (shell.Mark is null || shell.Mark == now);
    }

    // Two machines may have one name. A mark that says nothing of the start of its machine is a bare process, as in old records.
    private bool IsOfThisBoot(string? mark) => mark is null || mark.Split(':')[0] == _boot;

    // Null: there is no such process, or it has ended and only waits to be buried.
    private string? MarkOf(int process) => _boot.Length > 0 ? KernelMark(process) : PortableMark(process);

    private string? KernelMark(int process)
    {
        string text = ReadOrEmpty($"/proc/{process.ToString(CultureInfo.InvariantCulture)}/stat");
        string[] fields = text[(text.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return fields.Length > StartField - StateField && fields[0] is not ("Z" or "X" or "x")
            ? $"{_boot}:{fields[StartField - StateField]}"
            : null;
    }

    private static string? PortableMark(int process)
    {
        try
        {
            using Process found = Process.GetProcessById(process);
            return found.HasExited ? null : $":{found.StartTime.ToUniversalTime().Ticks.ToString(CultureInfo.InvariantCulture)}";
        }
        catch (Exception error) when (error is ArgumentException or InvalidOperationException)
        {
            return null;
        }
    }

    private static string ReadOrEmpty(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return string.Empty;
        }
    }
}
