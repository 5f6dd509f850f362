using System.Diagnostics;

namespace VirtMigration.LabTests;

/// <summary>A command that ran to its end.</summary>
internal sealed record ToolResult(int ExitCode, string Output, string Error)
{
    public bool Succeeded => ExitCode == 0;
}

/// <summary>Runs commands, each within a bound.</summary>
internal static class Tool
{
    // Guests boot in 3 s on an idle machine; the bound is for one that builds at the same time.
    private static readonly TimeSpan s_bound = TimeSpan.FromSeconds(90);

    public static async Task<ToolResult> RunAsync(string file, params string[] arguments)
    {
        using Process process = Start(file, arguments);
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> error = process.StandardError.ReadToEndAsync();
        try
        {
            await process.WaitForExitAsync().WaitAsync(s_bound);
        }
        catch (TimeoutException)
        {
            process.Kill();
            throw new TimeoutException($"{file} {string.Join(' ', arguments)} did not end within {s_bound.TotalSeconds} s.");
        }

        return new(process.ExitCode, (await output.WaitAsync(s_bound)).Trim(), (await error.WaitAsync(s_bound)).Trim());
    }

    /// <summary>Starts a command; who starts it also ends it.</summary>
    /// <param name="file">The command.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="takesInput">Whether the test writes to its standard input.</param>
    public static Process Start(string file, IEnumerable<string> arguments, bool takesInput = false) => Process.Start(new ProcessStartInfo(file, arguments)
    {
        RedirectStandardInput = takesInput,
        RedirectStandardOutput = true,
        RedirectStandardError = true,
    })!;
}
