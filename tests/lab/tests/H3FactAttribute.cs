using System.Net.Sockets;
using Xunit;

namespace VirtMigration.LabTests;

/// <summary>A test that needs h3, the host of the newer generation. Without it the test is not run, and says why.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class H3FactAttribute : FactAttribute
{
    private static readonly bool s_up = Answers("10.77.0.13", 16509);

    public H3FactAttribute()
    {
        Timeout = LabCollection.Bound;
        if (!s_up)
        {
            Skip = "The lab's host h3 is not up: tests/lab/lab up --with-h3 makes it from Debian 13.";
        }
    }

    private static bool Answers(string address, int port)
    {
        using TcpClient client = new();
        try
        {
            return client.ConnectAsync(address, port).Wait(TimeSpan.FromSeconds(2));
        }
        catch (AggregateException)
        {
            return false;
        }
    }
}
